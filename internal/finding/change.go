package finding

// Effect is what a change of a setting does to the gate.
type Effect string

// The effects, the one that matters most first. MayLoosen is said where only people can
// judge.
const (
	Loosens   Effect = "loosens"
	MayLoosen Effect = "may loosen"
	Tightens  Effect = "tightens"
	Neutral   Effect = "neutral"
)

// Worse returns the effect of the two that matters more.
func (e Effect) Worse(o Effect) Effect {
	for _, x := range []Effect{Loosens, MayLoosen, Tightens} {
		if e == x || o == x {
			return x
		}
	}
	return Neutral
}

// Reverse is the effect of taking the change back.
func (e Effect) Reverse() Effect {
	switch e {
	case Loosens:
		return Tightens
	case Tightens:
		return Loosens
	default:
		return e
	}
}

// Change is a difference in what the gate is told to do, which holds once it is merged.
type Change struct {
	// Setting is what changes, Text how: "fail-on-severity", "high → none".
	Setting, Text string
	Effect        Effect
	// Location is where the change says so.
	Location Location
}

// String is the change in words: fail-on-severity high → none (loosens).
func (c Change) String() string { return c.Setting + " " + c.Text + " (" + string(c.Effect) + ")" }
