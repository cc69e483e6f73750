package service

import "strconv"

// openSwitches are variables that turn authentication off where the test of their
// value holds: the entry points of MySQL and MariaDB take any text for a yes.
var openSwitches = map[string]func(string) bool{
	"ALLOW_EMPTY_PASSWORD":              isOn,
	"POSTGRES_HOST_AUTH_METHOD":         func(v string) bool { return v == "trust" },
	"MYSQL_ALLOW_EMPTY_PASSWORD":        isGiven,
	"MARIADB_ALLOW_EMPTY_ROOT_PASSWORD": isGiven,
	"xpack.security.enabled":            isOff,
	"plugins.security.disabled":         isOn,
	"DISABLE_SECURITY_PLUGIN":           isOn,
}

func isOn(v string) bool {
	on, _ := strconv.ParseBool(v)
	return on || v == "yes" || v == "on"
}

func isOff(v string) bool {
	on, err := strconv.ParseBool(v)
	return err == nil && !on
}

func isGiven(v string) bool { return v != "" }
