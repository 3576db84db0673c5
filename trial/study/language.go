package study

import (
	"fmt"
	"strings"
	"time"
)

// Languages are those in which a participant can be spoken to, the protocol's own first.
var Languages = []string{"en", "es"}

var (
	meses = strings.Fields("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre")
	dias  = strings.Fields("domingo lunes martes miércoles jueves viernes sábado")
)

// DayIn writes a day in a language: "January 2, 2006".
func DayIn(language string, t time.Time) string {
	if language == "es" {
		return fmt.Sprintf("%d de %s de %d", t.Day(), meses[t.Month()-1], t.Year())
	}
	return t.Format("January 2, 2006")
}

// WeekdayIn writes a day with that of the week: "Monday, January 2, 2006".
func WeekdayIn(language string, t time.Time) string {
	if language == "es" {
		return dias[t.Weekday()] + ", " + DayIn(language, t)
	}
	return t.Format("Monday, ") + DayIn(language, t)
}
