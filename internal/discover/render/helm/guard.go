package helm

import (
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"
)

// Bounds of rendering one chart. Real charts stay one or two orders of magnitude below.
const (
	// maxSteps bounds loops and calls, maxOutput the bytes that all templates write.
	maxSteps  = 2_000_000
	maxOutput = 16 << 20
	// maxValue bounds one value: bytes of its text plus nodeCost for every node.
	maxValue   = 4 << 20
	nodeCost   = 16
	maxNesting = 100
	maxList    = 20_000
	// maxQuadratic bounds lists for functions that compare every item with every other.
	maxQuadratic = 1_000
	// maxRegexp bounds pattern length times text length.
	maxRegexp = 4 << 20
	// maxPattern bounds patterns of file names, whose parser recurses.
	maxPattern = 1 << 10
	// maxCalls bounds nested includes.
	maxCalls = 200
	// maxBlocks bounds nested blocks (if, range, with) of one template.
	maxBlocks = 100
)

// limitError says which bound a chart passed.
type limitError struct{ what string }

// Error implements error.
func (e *limitError) Error() string { return e.what }

// guarded wraps every function: it counts the call, and measures what goes in and what
// comes out, so that no value can grow beyond all bounds or contain itself.
func (r *run) guarded(funcs map[string]any) map[string]any {
	out := make(map[string]any, len(funcs))
	for name, f := range funcs {
		out[name] = r.guard(name, reflect.ValueOf(f))
	}
	return out
}

func (r *run) guard(name string, f reflect.Value) any {
	t := f.Type()
	return reflect.MakeFunc(t, func(in []reflect.Value) []reflect.Value {
		r.tick(1)
		r.measure(name, in...)
		if size := growth(name, plainArgs(in, t.IsVariadic())); size > maxValue {
			panic(&limitError{fmt.Sprintf("%s would make more than %d bytes", name, maxValue)})
		}
		var out []reflect.Value
		if t.IsVariadic() {
			out = f.CallSlice(in)
		} else {
			out = f.Call(in)
		}
		r.measure(name, out...)
		return out
	}).Interface()
}

func plainArgs(in []reflect.Value, variadic bool) (args []any) {
	for i, v := range in {
		if variadic && i == len(in)-1 {
			for j := range v.Len() {
				args = append(args, v.Index(j).Interface())
			}
			continue
		}
		if v.CanInterface() {
			args = append(args, v.Interface())
		}
	}
	return args
}

// measure fails the rendering when a value is too large or nests too deep.
func (r *run) measure(name string, vs ...reflect.Value) {
	left := maxValue
	for _, v := range vs {
		if left = size(v, left, 0); left < 0 {
			panic(&limitError{fmt.Sprintf("a value given to or made by %s is larger than %d bytes or nests deeper than %d levels", name, maxValue, maxNesting)})
		}
	}
	r.tick((maxValue - left) / (64 * nodeCost))
}

// size takes a value's cost, every reference written out, from left.
func size(v reflect.Value, left, depth int) int {
	if left -= nodeCost; left < 0 || depth > maxNesting {
		return -1
	}
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		if v.Kind() == reflect.Pointer && v.Elem().Kind() == reflect.Struct {
			return left
		}
		if !v.IsNil() {
			return size(v.Elem(), left, depth+1)
		}
	case reflect.String:
		return left - v.Len()
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return left - v.Len()
		}
		if v.Len() > maxList {
			return -1
		}
		for i := 0; i < v.Len() && left >= 0; i++ {
			left = size(v.Index(i), left, depth+1)
		}
	case reflect.Map:
		for it := v.MapRange(); left >= 0 && it.Next(); {
			left = size(it.Value(), left-keyLen(it.Key()), depth+1)
		}
	}
	return left
}

// growth estimates what functions make whose result is no sum of their arguments.
func growth(name string, args []any) int {
	name = strings.TrimPrefix(name, "must")
	num := func(i int) int { return number(arg(args, i)) }
	str := func(i int) string { s, _ := arg(args, i).(string); return s }
	switch {
	case strings.EqualFold(name, "repeat"):
		return product(num(0), len(str(1)))
	case name == "until":
		return product(abs(num(0)), nodeCost)
	case name == "untilStep":
		return product(abs(num(1)-num(0)), nodeCost)
	case name == "seq":
		return product(spread(args), nodeCost)
	case name == "indent", name == "nindent":
		return product(num(0), strings.Count(str(1), "\n")+1)
	case name == "replace":
		return product(strings.Count(str(2), str(0)), len(str(1)))
	case name == "join":
		return product(len(str(0)), maxLen(args))
	case name == "wrapWith":
		return product(len(str(1)), len(str(2))/max(1, num(0))+1)
	case name == "printf":
		return widths(str(0), args)
	case strings.HasPrefix(strings.ToLower(name), "regex"):
		return expressions(args)
	case name == "uniq", name == "without", strings.EqualFold(name, "uniq"), strings.EqualFold(name, "without"):
		if maxLen(args) > maxQuadratic {
			return maxValue + 1
		}
	}
	return 0
}

func arg(args []any, i int) any {
	if i < len(args) {
		return args[i]
	}
	return nil
}

func number(v any) int {
	switch x := reflect.ValueOf(v); {
	case !x.IsValid():
		return 0
	case x.CanInt():
		return int(min(max(x.Int(), -1<<40), 1<<40))
	case x.CanFloat():
		return int(min(max(x.Float(), -1<<40), 1<<40))
	case x.Kind() == reflect.String:
		n, _ := strconv.Atoi(x.String())
		return min(max(n, -1<<40), 1<<40)
	}
	return 0
}

func abs(n int) int { return max(n, -n) }

// product multiplies without overflow.
func product(a, b int) int {
	if a > 0 && b > maxValue/a+1 {
		return maxValue + 1
	}
	return max(a, 0) * b
}

func spread(args []any) int {
	low, high := 0, 0
	for i := range args {
		low, high = min(low, number(args[i])), max(high, number(args[i]))
	}
	return high - low
}

func maxLen(args []any) (n int) {
	for _, a := range args {
		if v := reflect.ValueOf(a); v.Kind() == reflect.Slice {
			n = max(n, v.Len())
		}
	}
	return max(n, len(args))
}

var digits = regexp.MustCompile(`[0-9]+`)

// widths sums the widths and precisions of a format.
func widths(format string, args []any) (n int) {
	for _, d := range digits.FindAllString(format, maxList) {
		w, _ := strconv.Atoi(d)
		n = min(n+w, maxValue+1)
	}
	if strings.Contains(format, "*") {
		for _, a := range args {
			n = min(n+product(abs(number(a)), strings.Count(format, "*")), maxValue+1)
		}
	}
	return n
}

// expressions bounds both the work of matching and what a replacement makes.
func expressions(args []any) int {
	pattern, _ := arg(args, 0).(string)
	text, _ := arg(args, 1).(string)
	with, _ := arg(args, 2).(string)
	if product(len(pattern), len(text)) > maxRegexp {
		return maxValue + 1
	}
	return product(len(text)+1, len(with)+strings.Count(with, "$")*8)
}

func keyLen(k reflect.Value) int {
	if k.Kind() == reflect.String {
		return k.Len()
	}
	return nodeCost
}
