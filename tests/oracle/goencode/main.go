// goencode writes what Go and Helm's libraries make of a table of values:
//
//	goencode fmt SEED COUNT      rows of a format, arguments and what fmt.Sprintf and Sprint give
//	goencode encode SEED COUNT   rows of a value and what toYaml, toYamlPretty, toJson, toPrettyJson,
//	                             toRawJson and toToml write: null where Go's own runs differ
//	goencode toml                texts and what fromToml reads of them: null where it fails
//	goencode scalars             the same for each hard string as the only value and key
//
// Strings that are not UTF-8 are objects {"hex": …}.
package main

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"math/rand"
	"os"
	"strconv"
	"unicode/utf8"
)

func main() {
	seed, count := int64(1), 0
	if len(os.Args) > 3 {
		seed, _ = strconv.ParseInt(os.Args[2], 10, 64)
		count, _ = strconv.Atoi(os.Args[3])
	}
	random := rand.New(rand.NewSource(seed))
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	var next func(*rand.Rand) any
	switch os.Args[1] {
	case "fmt":
		next = fmtRow
	case "encode":
		at := 0
		next = func(random *rand.Rand) any {
			if at*6 < len(hard) {
				at++
				return hardRow(at - 1)
			}
			tagged, plain := tree(random, 1+random.Intn(4))
			return encodeRow(tagged, plain)
		}
	case "toml":
		at := 0
		count = len(documents)
		next = func(*rand.Rand) any {
			at++
			return tomlRow(documents[at-1])
		}
	case "scalars":
		at := 0
		count = 2 * len(hard)
		next = func(random *rand.Rand) any {
			at++
			s := hard[(at-1)/2]
			if at%2 == 0 {
				return encodeRow([]any{"str", text(s)}, s)
			}
			inner := []any{"map", []any{[]any{text(s), []any{"str", text(s)}}}}
			return encodeRow([]any{"map", []any{[]any{"outer", inner}}}, map[string]any{"outer": map[string]any{s: s}})
		}
	}
	separator := "[\n"
	for written := 0; written < count; {
		row, err := json.Marshal(next(random))
		if err != nil {
			panic(err)
		}
		// A large width is of no use in a table.
		if os.Args[1] != "scalars" && len(row) > 4000*len(os.Args[1])/3 {
			continue
		}
		fmt.Fprintf(out, "%s%s", separator, row)
		separator = ",\n"
		written++
	}
	fmt.Fprintln(out, "\n]")
}

// text is a string in JSON, also where it is not UTF-8.
func text(s string) any {
	if utf8.ValidString(s) {
		return s
	}
	return map[string]string{"hex": hex.EncodeToString([]byte(s))}
}

func pick[T any](random *rand.Rand, from []T) T { return from[random.Intn(len(from))] }

var ints = []int64{0, 1, -1, 7, 42, -42, 97, 255, 1000, 8364, 65533, 0x1F600, 1 << 40, math.MaxInt64, math.MinInt64}

var floats = []float64{0, math.Copysign(0, -1), 1, -1, 0.5, 1.5, 2.5, -2.5, 0.1, 1e5, 999999, 1e6, 1e7, 123456789, 1e20, 1e21, 1e22, 1e-4, 1e-5, 0.00012345,
	math.Pi, math.MaxFloat64, math.SmallestNonzeroFloat64, 2.2250738585072014e-308, math.Inf(1), math.Inf(-1), math.NaN(), 1 << 53, 1<<53 + 2, 1.0 / 3, 2.0 / 3 * 1e10, 0.3, 100, 16384, 5e-324, 8.5, 9.995, 1.005, 4294967296, 0.000001}

var texts = []string{"", "a", "hello", "hello world", "héllo", "日本語", "tab\tnew\nline", "quote\"d'`", "back`tick", "\x00\x1f\x7f", "\xff\xfe", "a\xe2\x82b", "\u00a0\u200b\ufeff", "😀 smile", "true", "1", "%d", "\u0301e", "\\"}

func value(random *rand.Rand, depth int) (tagged, plain any) {
	kinds := 7
	if depth > 0 {
		kinds = 12
	}
	switch random.Intn(kinds) {
	case 0:
		return []any{"nil"}, nil
	case 1:
		b := random.Intn(2) == 0
		return []any{"bool", b}, b
	case 2:
		i := pick(random, ints)
		switch random.Intn(3) {
		case 0:
			return []any{"int64", strconv.FormatInt(i, 10)}, i
		case 1:
			return []any{"uint64", strconv.FormatUint(uint64(i), 10)}, uint64(i)
		}
		return []any{"int", strconv.FormatInt(i, 10)}, int(i)
	case 3, 4:
		f := pick(random, floats)
		if random.Intn(4) == 0 {
			f = math.Float64frombits(random.Uint64())
		}
		return []any{"float", strconv.FormatUint(math.Float64bits(f), 10)}, f
	case 5, 6:
		s := pick(random, texts)
		return []any{"str", text(s)}, s
	case 7:
		s := pick(random, texts)
		return []any{"bytes", text(s)}, []byte(s)
	case 8, 9:
		tag, plain := []any{}, []any{}
		for range random.Intn(4) {
			t, p := value(random, depth-1)
			tag, plain = append(tag, t), append(plain, p)
		}
		return []any{"list", tag}, plain
	case 10:
		tag, plain := []any{}, []string{}
		for range random.Intn(4) {
			s := pick(random, texts)
			tag, plain = append(tag, []any{"str", text(s)}), append(plain, s)
		}
		return []any{"strings", tag}, plain
	default:
		tag, plain := []any{}, map[string]any{}
		for range random.Intn(4) {
			k := pick(random, texts)
			if _, has := plain[k]; has {
				continue
			}
			t, p := value(random, depth-1)
			tag = append(tag, []any{text(k), t})
			plain[k] = p
		}
		return []any{"map", tag}, plain
	}
}

func directive(random *rand.Rand) string {
	s := "%"
	for range random.Intn(3) {
		s += pick(random, []string{"+", "-", "#", " ", "0"})
	}
	if random.Intn(12) == 0 {
		s += pick(random, []string{"[1]", "[2]", "[3]", "[0]", "[x]", "[", "[9]", "[99999999]"})
	}
	if random.Intn(3) == 0 {
		s += pick(random, []string{"1", "5", "12", "30", "*", "[2]*", "0", "20000000"}[:4+random.Intn(5)])
	}
	if random.Intn(3) == 0 {
		s += pick(random, []string{".0", ".1", ".3", ".10", ".", ".25", ".*", ".[1]*", ".2"}[:3+random.Intn(7)])
	}
	return s + pick(random, []string{"v", "v", "v", "s", "s", "d", "d", "q", "x", "X", "f", "g", "e", "E", "G", "F", "t", "T", "b", "o", "O", "c", "U", "w", "z", "%", "!", "é", ""})
}

// fmtRow is a format with arguments and what three functions make of them.
func fmtRow(random *rand.Rand) any {
	var tags, plain []any
	for range random.Intn(4) {
		t, p := value(random, random.Intn(3))
		tags, plain = append(tags, t), append(plain, p)
	}
	if tags == nil {
		tags = []any{}
	}
	format := pick(random, []string{"", "", "", "a ", "é%%", "x="})
	for range 1 + random.Intn(3) {
		format += directive(random) + pick(random, []string{"", "", " ", ","})
	}
	return []any{format, tags, text(fmt.Sprintf(format, plain...)), text(fmt.Sprint(plain...))}
}
