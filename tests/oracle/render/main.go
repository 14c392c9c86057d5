// render answers what Helm's own library renders, in one process: the oracle of careen's rendering.
//
// Standard input holds one JSON object a line: {"chart": folder, "values": [file, …]}. Standard output
// gets one line for each: the error, or the documents in the order of `helm template`, with the seconds
// that loading and rendering took.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
	"strings"
	"time"

	"helm.sh/helm/v4/pkg/action"
	"helm.sh/helm/v4/pkg/chart"
	"helm.sh/helm/v4/pkg/chart/loader"
	"helm.sh/helm/v4/pkg/cli/values"
	"helm.sh/helm/v4/pkg/getter"
	release "helm.sh/helm/v4/pkg/release/v1"
)

type request struct {
	Chart  string   `json:"chart"`
	Values []string `json:"values"`
}

type document struct {
	Source string `json:"source"`
	Text   string `json:"text"`
	Hook   bool   `json:"hook"`
}

type answer struct {
	Chart     string     `json:"chart"`
	Values    []string   `json:"values"`
	Error     string     `json:"error,omitempty"`
	Notes     string     `json:"notes,omitempty"`
	Documents []document `json:"documents"`
	Seconds   [2]float64 `json:"seconds"`
}

// render does what pkg/cmd/template.go and runInstall in pkg/cmd/install.go do without a cluster.
func render(asked request, begin time.Time, seconds *[2]float64) (*release.Release, error) {
	options := values.Options{ValueFiles: asked.Values}
	given, err := options.MergeValues(getter.Providers{})
	if err != nil {
		return nil, err
	}
	loaded, err := loader.Load(asked.Chart)
	if err != nil {
		return nil, err
	}
	accessor, err := chart.NewAccessor(loaded)
	if err != nil {
		return nil, err
	}
	if kind := accessor.MetadataAsMap()["Type"]; kind != "" && kind != "application" {
		return nil, fmt.Errorf("%s charts are not installable", kind)
	}
	if declared := accessor.MetaDependencies(); len(declared) > 0 {
		if err := action.CheckDependencies(loaded, declared); err != nil {
			return nil, fmt.Errorf("an error occurred while checking for chart dependencies: %w", err)
		}
	}
	seconds[0] = time.Since(begin).Seconds()
	client := action.NewInstall(action.NewConfiguration())
	client.DryRunStrategy = action.DryRunClient
	client.ReleaseName = "release-name"
	client.Namespace = "default"
	client.Replace = true
	made, err := client.Run(loaded, given)
	if err != nil {
		return nil, err
	}
	if done, ok := made.(*release.Release); ok {
		return done, nil
	}
	return nil, errors.New("an unknown kind of release")
}

// split takes the manifest apart where renderResources put it together.
func split(manifest string) []document {
	documents := []document{}
	for _, part := range strings.Split("\n"+manifest, "\n---\n# Source: ")[1:] {
		source, text, _ := strings.Cut(part, "\n")
		documents = append(documents, document{Source: source, Text: text})
	}
	return documents
}

func answerTo(asked request) (given answer) {
	given = answer{Chart: asked.Chart, Values: asked.Values}
	begin := time.Now()
	defer func() {
		given.Seconds[1] = time.Since(begin).Seconds() - given.Seconds[0]
		if panicked := recover(); panicked != nil {
			given.Error = fmt.Sprint("panic: ", panicked)
		}
	}()
	made, err := render(asked, begin, &given.Seconds)
	if err != nil {
		given.Error = err.Error()
		return given
	}
	given.Notes = made.Info.Notes
	given.Documents = split(made.Manifest)
	for _, hook := range made.Hooks {
		given.Documents = append(given.Documents, document{Source: hook.Path, Text: hook.Manifest, Hook: true})
	}
	return given
}

func main() {
	log.SetOutput(io.Discard)
	slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil)))
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var asked request
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			log.Fatal(err)
		}
		if err := out.Encode(answerTo(asked)); err != nil {
			os.Exit(1)
		}
	}
}
