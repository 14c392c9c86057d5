package main

import (
	"math"
	"sort"
	"strconv"
	"time"

	"github.com/BurntSushi/toml"
)

// documents are texts in TOML, right and wrong ones.
var documents = []string{
	"", "\n\n", "# only\n", "a = 1", "a = 1 # c\nb = 2\n", "a=+1\nb=-0\nc=1_000\nd=0xff\ne=0o17\nf=0b11\n", "a = 01", "a = 1__0", "a = _1", "a = 1_", "a = 0x", "a = 9223372036854775808", "a = -9223372036854775808",
	"a = 1.5\nb = 1e3\nc = 1.0\nd = -0.0\ne = 1_0.0_1\nf = 6.02E+23\n", "a = 1.", "a = .5", "a = 1e", "a = inf\nb = -inf\nc = +inf", "a = nan", "a = true\nb = false", "a = True", "a = yes",
	"a = \"x\"", "a = \"x", "a = \"\\t\\n\\\"\\\\\\u00e9\\U0001F600\"", "a = \"\\q\"", "a = 'x\\n'", "a = 'x", "a = \"\"\"\nx\ny\"\"\"", "a = \"\"\"x\"\"\"", "a = \"\"\"x \\\n   y\"\"\"", "a = \"\"\"\"q\"\"\"\"\"", "a = '''\nx\n'''", "a = ''''q'''''", "a = \"\"",
	"a = []", "a = [1, 2, 3]", "a = [1, 2,]", "a = [ # c\n 1,\n 2 # d\n]", "a = [1 2]", "a = [[1], [\"x\"]]", "a = [1, \"x\", 1.5]", "a = [",
	"a = {}", "a = {b = 1, c = 2}", "a = {b.c = 1, b.d = 2}", "a = {b = 1,}", "a = {b = 1", "a = {b = {c = [1]}}", "a = [{b = 1}, {b = 2}]", "a = {b = 1, b = 2}", "a = {\n b = 1, # c\n}", "a = {b = 1}\na = 2", "a = {b = 1}\na.c = 2", "a = {b = 1}\n[a]", "[a]\nb.c = 1\n[a.b]", "[a.b]\n[a]\nb = 1", "a = \"\\x41\\e\"",
	"[t]\na = 1\n", "[t]\na = 1\n[t.u]\nb = 2\n[v]\nc = 3\n", "[a.b.c]\nd = 1\n[a]\ne = 2\n", "[t]\n[t]\n", "[ t . \"u v\" ]\na = 1", "[t\na = 1", "[]", "[[t]]\na = 1\n[[t]]\na = 2\n[t.u]\nb = 3\n[[t.v]]\nc = 4\n[[t.v]]\nc = 5\n", "[[t]]\n[t]\n", "[t]\n[[t]]\n", "[t] x", "[t] # c\n",
	"a.b = 1\na.c = 2", "a.b = 1\na = 2", "a = 1\na = 2", "a = 1\na.b = 2", "\"a b\" = 1\n'c.d' = 2\n3 = 4\n-_ = 5\n", "\"\" = 1", "= 1", "a", "a =", "a = 1 b = 2", "a b = 1", "é = 1", "a = é", "\ta = 1\r\nb = 2\r\n",
	"[t]\n  a = 1\n  [t.u]\n    b = \"x\"\n", "[server]\nhost = \"0.0.0.0\"\nports = [80, 443]\n[server.tls]\nenabled = true\n",
}

// tagged is a value with its type.
func tagged(v any) any {
	switch v := v.(type) {
	case bool:
		return []any{"bool", v}
	case int64:
		return []any{"int64", strconv.FormatInt(v, 10)}
	case float64:
		return []any{"float", strconv.FormatUint(math.Float64bits(v), 10)}
	case string:
		return []any{"str", text(v)}
	case time.Time:
		return []any{"time", v.String()}
	case []any:
		items := []any{}
		for _, item := range v {
			items = append(items, tagged(item))
		}
		return []any{"list", items}
	case []map[string]any:
		items := []any{}
		for _, item := range v {
			items = append(items, tagged(item))
		}
		return []any{"maps", items}
	case map[string]any:
		keys := []string{}
		for k := range v {
			keys = append(keys, k)
		}
		sort.Strings(keys)
		items := []any{}
		for _, k := range keys {
			items = append(items, []any{text(k), tagged(v[k])})
		}
		return []any{"map", items}
	}
	return []any{"nil"}
}

// tomlRow is a text and what fromToml reads: null where it fails.
func tomlRow(document string) any {
	m := map[string]any{}
	if err := toml.Unmarshal([]byte(document), &m); err != nil {
		return []any{document, nil}
	}
	return []any{document, tagged(m)}
}
