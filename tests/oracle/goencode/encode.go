package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"
	"sigs.k8s.io/yaml"
	goyaml "sigs.k8s.io/yaml/goyaml.v3"
)

// runs is how often a value is written to find out whether Go writes it always the same way.
const runs = 30

func toYaml(v any) (string, error) {
	b, err := yaml.Marshal(v)
	return string(b), err
}

func toYamlPretty(v any) (string, error) {
	var b bytes.Buffer
	encoder := goyaml.NewEncoder(&b)
	encoder.SetIndent(2)
	err := encoder.Encode(v)
	return b.String(), err
}

func toJson(v any) (string, error) {
	b, err := json.Marshal(v)
	return string(b), err
}

func toPrettyJson(v any) (string, error) {
	b, err := json.MarshalIndent(v, "", "  ")
	return string(b), err
}

func toRawJson(v any) (string, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(v)
	return strings.TrimSuffix(b.String(), "\n"), err
}

func toToml(v any) (string, error) {
	var b bytes.Buffer
	err := toml.NewEncoder(&b).Encode(v)
	return b.String(), err
}

// told is what a function writes: a string, {"error": …}, or null where Go's runs differ.
func told(f func(any) (string, error), v any) (answer any) {
	defer func() {
		if p := recover(); p != nil {
			answer = map[string]string{"error": fmt.Sprint(p)}
		}
	}()
	first, err := f(v)
	if err != nil {
		return map[string]string{"error": err.Error()}
	}
	for range runs {
		if again, _ := f(v); again != first {
			return nil
		}
	}
	return text(first)
}

var hard = []string{
	"", " ", "  ", "a", "a b", " a", "a ", "\ta", "a\t", "a\tb", "\n", "\n\n", "a\n", "a\n\n", "a\n\n\n", "\na", "\n a", " \na", "a\nb", "a\nb\n", "a\n b\n  c\n",
	"a \nb", "a\n\nb\n", "a\r\nb\r\n", "a\rb", "\ta\n\tb\n", "a\n\t", "a\nb ", "  a\n  b\n",
	"y", "n", "Y", "N", "yes", "no", "Yes", "NO", "on", "off", "On", "OFF", "true", "false", "True", "TRUE", "null", "Null", "NULL", "~", "nul", "yess",
	"0", "1", "-1", "+1", "01", "010", "08", "0x1F", "0X1f", "0xg", "0b101", "-0b101", "0b", "0o17", "0O17", "-0o17", "1_000", "_1", "1_", "1__0", "0_7",
	"1.0", "1.", ".5", "-.5", "+.5", "1e3", "1E3", "1e+3", "1e-3", "1e", ".", "..", "...", "....", "... a", "1.2.3", "1.2e3.4", ".inf", "-.inf", "+.inf", ".Inf", ".INF", ".nan", ".NaN", "inf", "nan", "Infinity",
	"1e400", "-1e400", "9223372036854775807", "9223372036854775808", "18446744073709551615", "18446744073709551616", "-9223372036854775808", "-9223372036854775809", "99999999999999999999999", "1e1_0", "0x1p-2", "0x_1",
	"1:30", "1:60", "190:20:30", "190:20:30.15", "-1:30", "+1:30:5", "1:3:", ":30", "1:", "12:30:45.", "0:0:0", "1_0:30",
	"2001-01-01", "2001-1-1", "2001-13-01", "2001-02-29", "2000-02-29", "1900-02-29", "2001-12-14t21:59:43.10-05:00", "2001-12-14T21:59:43Z", "2001-12-14 21:59:43.10", "2001-12-14 21:59:43.10 -5", "2001-12-14  21:59:43", "2001-12-14 21:59:43,5", "2001-12-14T24:00:00Z", "2001-12-14T1:2:3Z", "2001-12-14T1:2:3+24:60", "2001-12-14T1:2:3+25:00", "2001-01-01a", "20010-01-01", "200-01-01", "2001-", "2001-1", "2001-1-", "2001-1-1T", "2001-1-1 ", "2001-04-31", "2001-1-1t1:2:3z", "2001-12-14T21:59:43.Z",
	"-", "--", "---", "--- a", "----", "- a", "-a", "?", "? a", "?a", ":", ": a", ":a", "a:", "a: b", "a:b", "a :b", "a : b", "a:\tb", "#", "# a", "a #b", "a#b", "a # b", "a\t#b", ",", ",a", "a,b", "[", "[]", "[a]", "a[b]", "]", "{", "{}", "{{ a }}", "a{b}", "}", "&a", "a&b", "*a", "a*", "!a", "!!str a", "a!", "|", "| a", "|-", ">", ">a", "a>b", "'", "''", "'a'", "a'b", "it's", "\"", "\"a\"", "a\"b", "%", "%a", "a%", "@", "@a", "a@b", "`", "`a`", "a`b", "=", "=a", "<<", "<", "\\", "\\n", "a\\b", "$a", "/", "(a)", "a;b", "^", "~a", "_", "+", "+a", ".a", "a.b",
	"é", "日本語", "😀", "a😀b", "\u00a0", "a\u00a0b", "\u0085", "a\u0085b", "a \u0085 b", "a\u0085\u0085b", "\u0085a", "a\u0085", "a\u0085\u0085", "\u0085\u0085", "a\n\u0085b", "\u2028", "a\u2028b", "a\u2028 b", "a \u2028b", "\u2029", "a\u2029b", "a\u2028", "it's\u2028b", "a\u2028\u2028b\u2028", "\ufeff", "\ufeffa b", "a\ufeffb", "\ufffd", "\ufffe", "\uffff", "\u200b", "\u00ad", "\u0301", "\U0001F468\u200d\U0001F469",
	"\x00", "\x01", "\x07\x08\x0b\x0c\x1b", "\x1f", "\x7f", "a\x7fb", "\u0080", "\u009f", "\ue000", "\ud7ff", "\U0010ffff", "\U00010000", "\xff", "a\xffb", "\xe2\x82", "a\nb\xff", strings.Repeat("\xff", 60),
	"<b>&amp;</b>", "a\u2028\nb", "a\u2028b\n", "key: value\nother:\n  - a\n", "#!/bin/sh\nset -e\n", "  indented\nnot\n", "a\n#b\n", "a: b\n",
	"0.1", "1e-7", "00", "-0", "0.0", "-0.0", "0e0", "1,000", "1 000", "1:2", "a:1", "::", "::1", "2001:db8::1", "fe80::", "12:34:56:78:9a:bc", "10.0.0.1", "10.0.0.0/8", "1m", "100Mi", "0644", "0777", "1.10", "v1.2.3", "1.2.3-rc1", "sha256:abc", "http://example.com/a?b=c#d", "{{ .Values.a }}", "$(VAR)", "${VAR}", "a=b", "--flag=value", "-Xmx512m", "*.example.com", "@every 5m", "*/5 * * * *", "!ref", "user@example.com", "C:\\dir",
	strings.Repeat("word ", 30), strings.Repeat("word ", 30) + "end", "a" + strings.Repeat(" word", 40), strings.Repeat("word  ", 30) + "x", strings.Repeat("x", 79) + " a b c", strings.Repeat("x", 80) + " a b c", strings.Repeat("x", 81) + " a b c", strings.Repeat("x", 200), strings.Repeat("it's # a: ", 20) + "x", strings.Repeat("\x01 tab ", 30) + "x", strings.Repeat("a\u2028b ", 30) + "x", strings.Repeat("日本 ", 40) + "x", strings.Repeat("'q' ", 40) + "x", "'" + strings.Repeat("word  ", 30) + "x", "true " + strings.Repeat("word ", 30) + ": x", strings.Repeat("word   ", 30) + "\x01  x", strings.Repeat("k", 127), strings.Repeat("k", 128), strings.Repeat("k", 129), strings.Repeat("k", 1021), strings.Repeat("k", 1022), strings.Repeat("k", 1023), strings.Repeat("<", 172), strings.Repeat("é", 65), strings.Repeat("long line ", 20) + "\nand " + strings.Repeat("another ", 20) + "\n",
}

var names = []string{"a", "b", "c", "A", "B", "Z", "aB", "a1", "a2", "a10", "a02", "a-b", "a_b", "a.b", "a/b", "1", "2", "10", "1a", "1b", "2a", "02", "007", "x1y", "x01y", "x10y", "é", "日", "٣", "٣a", "name", "image", "tag", "enabled", "port", "app.kubernetes.io/name", "example.com/a", "on", "yes", "null", "true", "1.5", "-", "_", "~", "", " ", "a b", "a: b", "key\nline", "#k", "{{k}}", "a", "ab", "abc", "a1b2", "a1b10", "v1", "v1beta1", "v2", "v10", "v1alpha1", "😀"}

var numbers = []float64{0, math.Copysign(0, -1), 1, -1, 2, 10, 100, 1000, 65535, 80, 443, 8080, 1e5, 1e6, 1000000, 1234567, 12345678, 123456789, 1e9, 1e15, 1 << 53, 1<<53 + 2, 1e18, 1.2345678901234567e18, 9.223372036854775e18, 9223372036854775808, 1e19, 18446744073709549568, 18446744073709551616, 1e20, 1e21, 1e22, -1e6, -1e18, -1e19, -1e21, 0.1, 0.5, 1.5, 0.25, 3.14, 1e-5, 1e-6, 1e-7, 1.5e-9, 1234567.5, 12345.678, 0.000123, 1e100, 1e300, 5e-324, math.MaxFloat64, 0.30000000000000004, 99.99, 1.1, 100.5}

func leaf(random *rand.Rand) (tagged, plain any) {
	switch random.Intn(12) {
	case 0:
		return []any{"nil"}, nil
	case 1:
		b := random.Intn(2) == 0
		return []any{"bool", b}, b
	case 2:
		i := pick(random, ints)
		if random.Intn(2) == 0 {
			return []any{"int64", strconv.FormatInt(i, 10)}, i
		}
		return []any{"int", strconv.FormatInt(i, 10)}, int(i)
	case 3, 4, 5:
		f := pick(random, numbers)
		if random.Intn(6) == 0 {
			f = math.Float64frombits(random.Uint64())
		}
		return []any{"float", strconv.FormatUint(math.Float64bits(f), 10)}, f
	case 6:
		if random.Intn(3) > 0 {
			break
		}
		s := pick(random, hard)
		return []any{"bytes", text(s)}, []byte(s)
	}
	s := words(random)
	return []any{"str", text(s)}, s
}

// words is a hard string, or some in one.
func words(random *rand.Rand) string {
	s := pick(random, hard)
	for random.Intn(3) == 0 {
		s += pick(random, []string{"", " ", "\n", ": ", "  ", "\t"}) + pick(random, hard)
	}
	return s
}

func tree(random *rand.Rand, depth int) (tagged, plain any) {
	if depth == 0 || random.Intn(4) == 0 {
		return leaf(random)
	}
	count := random.Intn(4)
	if random.Intn(10) == 0 {
		count = random.Intn(20)
	}
	if random.Intn(3) == 0 {
		tag, plain := []any{}, []any{}
		for range count {
			t, p := tree(random, depth-1)
			tag, plain = append(tag, t), append(plain, p)
		}
		return []any{"list", tag}, plain
	}
	tag, entries := []any{}, map[string]any{}
	for range count {
		k := pick(random, names)
		if random.Intn(8) == 0 {
			k = words(random)
		}
		if _, has := entries[k]; has {
			continue
		}
		t, p := tree(random, depth-1)
		tag = append(tag, []any{text(k), t})
		entries[k] = p
	}
	return []any{"map", tag}, entries
}

// encodeRow is a value and what Helm's functions write of it: YAML, pretty YAML, JSON, pretty JSON,
// raw JSON, TOML.
func encodeRow(tagged, plain any) any {
	return []any{tagged, told(toYaml, plain), told(toYamlPretty, plain), told(toJson, plain), told(toPrettyJson, plain), told(toRawJson, plain), told(toToml, plain)}
}

// hardRow puts several hard strings into one map, so that the table stays small.
func hardRow(at int) any {
	const together = 6
	tag, plain := []any{}, map[string]any{}
	list, items := []any{}, []any{}
	for i := range together {
		s := hard[(at*together+i)%len(hard)]
		list, items = append(list, []any{"str", text(s)}), append(items, s)
		k := string(rune('a' + i))
		tag = append(tag, []any{text(k), []any{"str", text(s)}})
		plain[k] = s
		if i == together-1 && s != "" {
			tag = append(tag, []any{text("k" + s), []any{"str", text(s)}})
			plain["k"+s] = s
		}
	}
	tag = append(tag, []any{text("list"), []any{"list", list}})
	plain["list"] = items
	return encodeRow([]any{"map", tag}, plain)
}
