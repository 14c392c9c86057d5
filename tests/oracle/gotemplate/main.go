// Says what Go's text/template makes of templates.
//
// Input: records that end with a NUL byte. The first one is the names of the functions, separated
// by spaces; every other one is a template. Output: one record for each template, also ended by a
// NUL byte: "ok " and the tree, or "error " and the message without file and line.
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math"
	"os"
	"regexp"
	"sort"
	"strings"
	"text/template/parse"
)

const name = "T"

var place = regexp.MustCompile(`^template: T:\d+: `)
var started = regexp.MustCompile(`( in action)? started at T:\d+$`)

func main() {
	input, err := io.ReadAll(os.Stdin)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	records := bytes.Split(bytes.TrimSuffix(input, []byte{0}), []byte{0})
	functions := map[string]any{}
	for _, function := range strings.Fields(string(records[0])) {
		functions[function] = func() string { return "" }
	}
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for _, text := range records[1:] {
		out.WriteString(verdict(string(text), functions))
		out.WriteByte(0)
	}
}

func verdict(text string, functions map[string]any) string {
	trees, err := parse.Parse(name, text, "", "", functions)
	if err != nil {
		return "error " + started.ReplaceAllString(place.ReplaceAllString(err.Error(), ""), "")
	}
	names := make([]string, 0, len(trees))
	for name := range trees {
		names = append(names, name)
	}
	sort.Strings(names)
	var out strings.Builder
	out.WriteString("ok ")
	for _, name := range names {
		fmt.Fprintf(&out, "%x=", name)
		list(&out, trees[name].Root)
	}
	return out.String()
}

func list(out *strings.Builder, nodes *parse.ListNode) {
	if nodes == nil {
		out.WriteString("-")
		return
	}
	out.WriteString("[")
	for _, n := range nodes.Nodes {
		node(out, n)
	}
	out.WriteString("]")
}

func node(out *strings.Builder, n parse.Node) {
	switch n := n.(type) {
	case *parse.TextNode:
		fmt.Fprintf(out, "T@%d+%d;", n.Pos, len(n.Text))
	case *parse.ActionNode:
		out.WriteString("A")
		pipe(out, n.Pipe)
	case *parse.IfNode:
		branch(out, "I", &n.BranchNode)
	case *parse.WithNode:
		branch(out, "W", &n.BranchNode)
	case *parse.RangeNode:
		branch(out, "R", &n.BranchNode)
	case *parse.TemplateNode:
		fmt.Fprintf(out, "X%x", n.Name)
		pipe(out, n.Pipe)
	case *parse.BreakNode:
		out.WriteString("B")
	case *parse.ContinueNode:
		out.WriteString("C")
	default:
		fmt.Fprintf(out, "?%T", n)
	}
}

func branch(out *strings.Builder, kind string, b *parse.BranchNode) {
	out.WriteString(kind)
	pipe(out, b.Pipe)
	list(out, b.List)
	list(out, b.ElseList)
}

func pipe(out *strings.Builder, p *parse.PipeNode) {
	if p == nil {
		out.WriteString("-")
		return
	}
	out.WriteString("{")
	for _, variable := range p.Decl {
		fmt.Fprintf(out, "%s@%d,", strings.Join(variable.Ident, "."), variable.Pos)
	}
	if p.IsAssign {
		out.WriteString("=")
	}
	for _, command := range p.Cmds {
		out.WriteString("|")
		for _, a := range command.Args {
			out.WriteString(" ")
			arg(out, a)
		}
	}
	out.WriteString("}")
}

func arg(out *strings.Builder, n parse.Node) {
	switch n := n.(type) {
	case *parse.DotNode:
		fmt.Fprintf(out, ".@%d", n.Pos)
	case *parse.NilNode:
		fmt.Fprintf(out, "nil@%d", n.Pos)
	case *parse.BoolNode:
		fmt.Fprintf(out, "%t@%d", n.True, n.Pos)
	case *parse.FieldNode:
		fmt.Fprintf(out, ".%s", strings.Join(n.Ident, "."))
	case *parse.VariableNode:
		out.WriteString(strings.Join(n.Ident, "."))
	case *parse.IdentifierNode:
		fmt.Fprintf(out, "%s@%d", n.Ident, n.Pos)
	case *parse.StringNode:
		fmt.Fprintf(out, "S%x@%d", n.Text, n.Pos)
	case *parse.NumberNode:
		number(out, n)
	case *parse.ChainNode:
		out.WriteString("(")
		arg(out, n.Node)
		fmt.Fprintf(out, ").%s", strings.Join(n.Field, "."))
	case *parse.PipeNode:
		out.WriteString("P")
		pipe(out, n)
	default:
		fmt.Fprintf(out, "?%T", n)
	}
}

func number(out *strings.Builder, n *parse.NumberNode) {
	fmt.Fprintf(out, "N@%d", n.Pos)
	if n.IsInt {
		fmt.Fprintf(out, "i%d", n.Int64)
	}
	if n.IsUint {
		fmt.Fprintf(out, "u%d", n.Uint64)
	}
	if n.IsFloat {
		fmt.Fprintf(out, "f%x", math.Float64bits(n.Float64))
	}
	if n.IsComplex {
		fmt.Fprintf(out, "c%x,%x", math.Float64bits(real(n.Complex128)), math.Float64bits(imag(n.Complex128)))
	}
}
