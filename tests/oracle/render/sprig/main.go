// sprig answers a table of expressions with Helm's engine, sprig and all: the second column of
// fixtures/vectors/sprig.json.
//
//	cd tests/oracle/render && TZ=UTC go run ./sprig < ../../../fixtures/vectors/sprig.json
//
// Reads the table and writes it again with the answers of today: the type of everything in them, or
// "error: " and what Go says. Statements before the last one of an expression end with " ;; ".
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"sort"
	"strings"
	"time"

	"helm.sh/helm/v4/pkg/chart/common"
	chart "helm.sh/helm/v4/pkg/chart/v2"
	"helm.sh/helm/v4/pkg/engine"
)

// Oracle stands in the values, so that a template can show what it has computed.
type Oracle struct{}

// Show writes a value with its types.
func (Oracle) Show(v any) string { return "\x00" + show(reflect.ValueOf(v)) + "\x00" }

func show(v reflect.Value) string {
	if !v.IsValid() {
		return "nil"
	}
	if t, ok := v.Interface().(time.Time); ok {
		return "time.Time(" + t.String() + ")"
	}
	switch v.Kind() {
	case reflect.Interface:
		return show(v.Elem())
	case reflect.String:
		return fmt.Sprintf("%s(%q)", v.Type(), v.String())
	case reflect.Slice:
		if v.IsNil() {
			return v.Type().String() + "[]"
		}
		parts := []string{}
		for i := 0; i < v.Len(); i++ {
			parts = append(parts, show(v.Index(i)))
		}
		return v.Type().String() + "[" + strings.Join(parts, ", ") + "]"
	case reflect.Map:
		parts := []string{}
		for _, k := range v.MapKeys() {
			parts = append(parts, fmt.Sprintf("%q: %s", k.String(), show(v.MapIndex(k))))
		}
		sort.Strings(parts)
		return v.Type().String() + "{" + strings.Join(parts, ", ") + "}"
	default:
		return fmt.Sprintf("%s(%v)", v.Type(), v.Interface())
	}
}

func render(line string) string {
	statements := strings.Split(line, " ;; ")
	text := ""
	for i, statement := range statements {
		switch {
		case i == len(statements)-1:
			text += "{{ .Values.oracle.Show (" + statement + ") }}"
		case strings.Contains(statement, " := ") || strings.Contains(statement, " = "):
			text += "{{ " + statement + " }}"
		default:
			text += "{{ $_ := " + statement + " }}"
		}
	}
	values := map[string]any{
		"oracle":  Oracle{},
		"nothing": nil, "text": "text", "empty": "", "zero": 0.0, "number": 3.0, "fraction": 2.5,
		"yes": true, "no": false,
		"list": []any{"b", "a", "c"}, "none": []any{}, "mixed": []any{1.0, "x", nil, true, []any{}, map[string]any{}},
		"map":  map[string]any{"a": 1.0, "b": map[string]any{"c": "d", "e": map[string]any{}}, "l": []any{1.0, 2.0}, "n": nil},
		"unit": map[string]any{},
	}
	c := &chart.Chart{
		Metadata:  &chart.Metadata{Name: "t", Version: "1.0.0", APIVersion: "v2"},
		Templates: []*common.File{{Name: "templates/x", Data: []byte(text)}},
	}
	out, err := engine.Render(c, common.Values{
		"Values": values, "Release": map[string]any{"Name": "r"}, "Capabilities": common.DefaultCapabilities,
	})
	if err != nil {
		message := err.Error()
		for _, mark := range []string{"error calling ", ">: "} {
			if _, rest, found := strings.Cut(message, mark); found {
				return "error: " + mark + rest
			}
		}
		return "error: " + message
	}
	return strings.Trim(out["t/templates/x"], "\x00")
}

func main() {
	table := [][]string{}
	if err := json.NewDecoder(os.Stdin).Decode(&table); err != nil {
		panic(err)
	}
	separator := "["
	for _, row := range table {
		line := strings.Builder{}
		encoder := json.NewEncoder(&line)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode([]string{row[0], render(row[0])}); err != nil {
			panic(err)
		}
		fmt.Print(separator, "\n ", strings.TrimSpace(line.String()))
		separator = ","
	}
	fmt.Println("\n]")
}
