package calendar

import (
	"fmt"
	"strings"
	"time"

	"rekindle/problem"
)

// clock is a zone of a calendar. Slack is by how much a time may lie earlier where the calendar gives two offsets and no rule that we
// know by name: the times between are busy as well.
type clock struct {
	zone  *time.Location
	slack time.Duration
}

// zones finds the zones of a calendar by the names it gives them.
type zones struct {
	usual *time.Location // of times without a zone
	parts map[string]*component
	known map[string]clock
}

func newZones(c *component, usual *time.Location) *zones {
	z := &zones{usual: usual, parts: map[string]*component{}, known: map[string]clock{}}
	if name, ok := c.get("X-WR-TIMEZONE"); ok {
		if zone, ok := byName(name.value); ok {
			z.usual = zone
		}
	}
	for _, part := range c.parts {
		if id, ok := part.get("TZID"); part.name == "VTIMEZONE" && ok {
			z.parts[strings.TrimSpace(id.value)] = part
		}
	}
	return z
}

// of gives the zone of a TZID: by its IANA or Windows name, by the IANA name that its definition gives, or by the offsets of its definition.
func (z *zones) of(id string) (clock, error) {
	id = strings.TrimSpace(id)
	if known, ok := z.known[id]; ok {
		return known, nil
	}
	found, err := z.find(id)
	if err == nil {
		z.known[id] = found
	}
	return found, err
}

func (z *zones) find(id string) (clock, error) {
	if zone, ok := byName(id); ok {
		return clock{zone: zone}, nil
	}
	part := z.parts[id]
	if part == nil {
		return clock{}, problem.New(problem.Invalid, "The time zone %.60q is not known", id)
	}
	if location, ok := part.get("X-LIC-LOCATION"); ok {
		if zone, ok := byName(location.value); ok {
			return clock{zone: zone}, nil
		}
	}
	var low, high int
	for n, observance := range part.parts {
		to, _ := observance.get("TZOFFSETTO")
		seconds, ok := offset(to.value)
		if !ok {
			return clock{}, problem.New(problem.Invalid, "The time zone %.60q is not known", id)
		}
		if n == 0 {
			low, high = seconds, seconds
		}
		low, high = min(low, seconds), max(high, seconds)
	}
	if len(part.parts) == 0 {
		return clock{}, problem.New(problem.Invalid, "The time zone %.60q is not known", id)
	}
	return clock{zone: time.FixedZone(id, low), slack: time.Duration(high-low) * time.Second}, nil
}

// byName finds a zone by an IANA name, also after a prefix ("/mozilla.org/20050126_1/Europe/Berlin"), or by its name on Windows.
func byName(name string) (*time.Location, bool) {
	name = strings.Trim(strings.TrimSpace(name), `"`)
	if iana, ok := windowsZones[name]; ok {
		name = iana
	}
	parts := strings.Split(strings.TrimPrefix(name, "/"), "/")
	if len(parts) > 6 {
		return nil, false
	}
	for len(parts) > 0 {
		candidate := strings.Join(parts, "/")
		if candidate == "" || candidate == "Local" {
			return nil, false
		}
		if zone, err := time.LoadLocation(candidate); err == nil {
			return zone, true
		}
		parts = parts[1:]
	}
	return nil, false
}

// offset reads "+0530" or "-040000", in seconds.
func offset(text string) (int, bool) {
	text = strings.TrimSpace(text)
	if len(text) == 5 {
		text += "00"
	}
	var sign byte
	var h, m, s int
	if n, err := fmt.Sscanf(text, "%c%02d%02d%02d", &sign, &h, &m, &s); err != nil || n != 4 || len(text) != 7 || h > 18 || m > 59 || s > 59 || h < 0 || m < 0 || s < 0 {
		return 0, false
	}
	seconds := h*3600 + m*60 + s
	switch sign {
	case '-':
		return -seconds, true
	case '+':
		return seconds, true
	}
	return 0, false
}

// windowsZones are the commonest names of zones on Windows, which Outlook and Exchange write, with the IANA zone that Unicode's CLDR
// gives for each.
var windowsZones = map[string]string{
	"Eastern Standard Time": "America/New_York", "Central Standard Time": "America/Chicago", "Mountain Standard Time": "America/Denver",
	"Pacific Standard Time": "America/Los_Angeles", "US Mountain Standard Time": "America/Phoenix", "US Eastern Standard Time": "America/Indianapolis",
	"Alaskan Standard Time": "America/Anchorage", "Hawaiian Standard Time": "Pacific/Honolulu", "Atlantic Standard Time": "America/Halifax",
	"Newfoundland Standard Time": "America/St_Johns", "Canada Central Standard Time": "America/Regina", "SA Western Standard Time": "America/La_Paz",
	"SA Pacific Standard Time": "America/Bogota", "SA Eastern Standard Time": "America/Cayenne", "Central Standard Time (Mexico)": "America/Mexico_City",
	"E. South America Standard Time": "America/Sao_Paulo", "Argentina Standard Time": "America/Buenos_Aires", "Pacific SA Standard Time": "America/Santiago",
	"GMT Standard Time": "Europe/London", "Greenwich Standard Time": "Atlantic/Reykjavik", "W. Europe Standard Time": "Europe/Berlin",
	"Romance Standard Time": "Europe/Paris", "Central Europe Standard Time": "Europe/Budapest", "Central European Standard Time": "Europe/Warsaw",
	"E. Europe Standard Time": "Europe/Chisinau", "FLE Standard Time": "Europe/Kiev", "GTB Standard Time": "Europe/Bucharest",
	"Turkey Standard Time": "Europe/Istanbul", "Russian Standard Time": "Europe/Moscow", "Israel Standard Time": "Asia/Jerusalem",
	"Egypt Standard Time": "Africa/Cairo", "South Africa Standard Time": "Africa/Johannesburg", "Morocco Standard Time": "Africa/Casablanca",
	"W. Central Africa Standard Time": "Africa/Lagos", "E. Africa Standard Time": "Africa/Nairobi", "Arab Standard Time": "Asia/Riyadh",
	"Arabian Standard Time": "Asia/Dubai", "Iran Standard Time": "Asia/Tehran", "Pakistan Standard Time": "Asia/Karachi",
	"India Standard Time": "Asia/Calcutta", "Sri Lanka Standard Time": "Asia/Colombo", "Nepal Standard Time": "Asia/Katmandu",
	"Bangladesh Standard Time": "Asia/Dhaka", "SE Asia Standard Time": "Asia/Bangkok", "China Standard Time": "Asia/Shanghai",
	"Singapore Standard Time": "Asia/Singapore", "Taipei Standard Time": "Asia/Taipei", "W. Australia Standard Time": "Australia/Perth",
	"Tokyo Standard Time": "Asia/Tokyo", "Korea Standard Time": "Asia/Seoul", "Cen. Australia Standard Time": "Australia/Adelaide",
	"AUS Eastern Standard Time": "Australia/Sydney", "E. Australia Standard Time": "Australia/Brisbane", "Tasmania Standard Time": "Australia/Hobart",
	"New Zealand Standard Time": "Pacific/Auckland", "UTC": "UTC", "GMT": "UTC", "Z": "UTC",
}
