// Package portrait makes pictures of people fit to be shown: it reads what somebody uploads within limits, cuts a square, and encodes it
// anew, so that nothing of the file but its pixels is kept; and it draws an abstract portrait where there is no photo.
//
// It stores nothing and knows nobody: who may see a picture is decided elsewhere. It serves the paper's "signup platform that contained
// coach biographies, headshots, and availability".
package portrait

import (
	"bytes"
	"image"
	"image/jpeg"
	_ "image/png" // read

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // read

	"rekindle/problem"
)

// The sides of the squares that are kept, in pixels.
const (
	Large = 480
	Small = 160
)

// What an upload may have at most.
const (
	MostBytes  = 10 << 20
	MostPixels = 40_000_000
)

// Crop is from where a square is cut out of a picture that is none.
type Crop string

// The crops. A wide picture is cut in its middle in either case.
const (
	Centre Crop = "centre"
	Top    Crop = "top"
)

// Read gives an uploaded JPEG, PNG or WebP as two squares in JPEG. Its size is looked at before its pixels are, so that a small file that
// unpacks to a huge picture is refused unread.
func Read(file []byte, crop Crop) (large, small []byte, err error) {
	refuse := func(remedy, format string, args ...any) ([]byte, []byte, error) {
		return nil, nil, problem.New(problem.Invalid, format, args...).On("photo").Instead("%s", remedy)
	}
	const formats = "Choose a JPEG, PNG or WebP."
	switch head := bytes.ToLower(bytes.TrimSpace(file[:min(len(file), 1000)])); {
	case len(file) == 0:
		return refuse(formats, "There is no photo")
	case len(file) > MostBytes:
		return refuse("Choose a smaller one.", "The photo has more than %d MB", MostBytes>>20)
	case bytes.HasPrefix(head, []byte("<")):
		return refuse(formats, "This is a drawing or a page (SVG or HTML), not a photo")
	}
	config, _, err := image.DecodeConfig(bytes.NewReader(file))
	if err != nil {
		return refuse(formats, "This is no picture that can be read here")
	}
	if config.Width < 1 || config.Height < 1 || config.Width > MostPixels/config.Height {
		return refuse("Choose one of at most 40 megapixels.", "The photo is %d by %d pixels", config.Width, config.Height)
	}
	if min(config.Width, config.Height) < Small {
		return refuse("Choose a larger one.", "The photo is only %d by %d pixels", config.Width, config.Height)
	}
	picture, _, err := image.Decode(bytes.NewReader(file))
	if err != nil {
		return refuse(formats, "The photo is damaged")
	}
	turn := orientation(file)
	square := squareOf(picture.Bounds(), crop, turn)
	if large, err = encode(picture, square, turn, Large); err != nil {
		return nil, nil, err
	}
	small, err = encode(picture, square, turn, Small)
	return large, small, err
}

// squareOf gives the square that is cut out of a picture. Top is the top as the photo is looked at, so that it depends on how the camera was
// held.
func squareOf(b image.Rectangle, crop Crop, turn int) image.Rectangle {
	side := min(b.Dx(), b.Dy())
	at := image.Pt(b.Min.X+(b.Dx()-side)/2, b.Min.Y+(b.Dy()-side)/2)
	if crop == Top {
		switch turn {
		case 1, 2: // upright
			at.Y = b.Min.Y
			if b.Dx() > b.Dy() {
				at.Y = b.Min.Y + (b.Dy()-side)/2
			}
		case 3, 4: // upside down
			at.Y = b.Max.Y - side
		case 5, 6: // its top is at the left
			at.X = b.Min.X
		case 7, 8: // at the right
			at.X = b.Max.X - side
		}
	}
	return image.Rectangle{at, at.Add(image.Pt(side, side))}
}

func encode(picture image.Image, square image.Rectangle, turn, side int) ([]byte, error) {
	scaled := image.NewRGBA(image.Rect(0, 0, side, side))
	draw.Draw(scaled, scaled.Bounds(), image.White, image.Point{}, draw.Src)
	draw.CatmullRom.Scale(scaled, scaled.Bounds(), picture, square, draw.Over, nil)
	var b bytes.Buffer
	err := jpeg.Encode(&b, upright(scaled, turn), &jpeg.Options{Quality: 86})
	return b.Bytes(), err
}

// upright turns a square as EXIF says: the eight ways to hold a camera.
func upright(p *image.RGBA, turn int) *image.RGBA {
	if turn == 1 {
		return p
	}
	last := p.Rect.Dx() - 1
	out := image.NewRGBA(p.Rect)
	for y := range last + 1 {
		for x := range last + 1 {
			u, v := x, y // where the pixel at x, y comes from
			switch turn {
			case 2:
				u = last - x
			case 3:
				u, v = last-x, last-y
			case 4:
				v = last - y
			case 5:
				u, v = y, x
			case 6:
				u, v = y, last-x
			case 7:
				u, v = last-y, last-x
			case 8:
				u, v = last-y, x
			}
			out.SetRGBA(x, y, p.RGBAAt(u, v))
		}
	}
	return out
}
