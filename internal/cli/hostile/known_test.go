package hostile

// known are the attacks that the program falls for, each with why.
var known = map[string]string{}
