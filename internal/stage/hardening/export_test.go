package hardening

// Update is the flag by which golden files are rewritten, for the tests from outside.
var Update = update
