package policy

// Params are the parameters of all rules as they hold.
func (e *Engine) Params() map[string]any { return params(e.params) }
