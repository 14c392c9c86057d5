// What Helm's engine renders, with text/template's own errors beside Helm's words for them.
//
// Reads a JSON object on stdin: "files" (templates by name), "values" (what "." is), "cases" (texts of
// one more template each). Writes a JSON object on a line for each case: what it renders to, or Go's
// error with Helm's where that is another.
package main

import (
	"context"
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"text/template"
	_ "unsafe" // for go:linkname

	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/engine"
)

//go:linkname initFunMap helm.sh/helm/v4/pkg/engine.Engine.initFunMap
func initFunMap(e engine.Engine, ctx context.Context, t *template.Template)

//go:linkname reformatExecErrorMsg helm.sh/helm/v4/pkg/engine.reformatExecErrorMsg
func reformatExecErrorMsg(filename string, err error) error

type question struct {
	Files  map[string]string `json:"files"`
	Values map[string]any    `json:"values"`
	Cases  []string          `json:"cases"`
}

type answer struct {
	Text   string `json:"text"`
	Output string `json:"output,omitempty"`
	Parse  string `json:"parse,omitempty"`
	Error  string `json:"error,omitempty"`
	Helm   string `json:"helm,omitempty"`
}

const name = "web/templates/main.yaml"

// As Engine.render does it, for one file. All have as many slashes, so that they are parsed in falling
// order of their names.
func render(files map[string]string, values map[string]any, text string) answer {
	t := template.New("gotpl")
	t.Option("missingkey=zero")
	initFunMap(engine.Engine{}, context.Background(), t)
	texts := map[string]string{name: text}
	maps.Copy(texts, files)
	for _, file := range slices.Backward(slices.Sorted(maps.Keys(texts))) {
		if _, err := t.New(file).Parse(texts[file]); err != nil {
			return answer{Text: text, Parse: err.Error()}
		}
	}
	var out strings.Builder
	if err := t.ExecuteTemplate(&out, name, common.Values(values)); err != nil {
		helm := reformatExecErrorMsg(name, err).Error()
		if helm == err.Error() {
			helm = ""
		}
		return answer{Text: text, Error: err.Error(), Helm: helm}
	}
	return answer{Text: text, Output: strings.ReplaceAll(out.String(), "<no value>", "")}
}

func main() {
	var asked question
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		panic(err)
	}
	given, err := json.Marshal(asked.Values)
	if err != nil {
		panic(err)
	}
	answers := make([]answer, 0, len(asked.Cases))
	for _, text := range asked.Cases {
		// What a template sets must not be seen by the next.
		var values map[string]any
		if err := json.Unmarshal(given, &values); err != nil {
			panic(err)
		}
		values["Values"] = common.Values(values["Values"].(map[string]any))
		answers = append(answers, render(asked.Files, values, text))
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	for _, answer := range answers {
		if err := encoder.Encode(answer); err != nil {
			panic(err)
		}
	}
}
