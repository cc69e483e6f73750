package storeconf

import (
	"slices"
	"strings"
)

// ACL reads a file of users. Without a line about the user default, everybody is that
// user and may do everything.
func ACL(data []byte) Access {
	var users []line
	for _, l := range lines(data, false) {
		if l.words[0] == "user" {
			users = append(users, l)
		}
	}
	return judge(append([]line{{words: []string{"user", "default", "on", "nopass", "+@all"}}}, users...))
}

// destructive are commands that no client of the guide's stack needs.
var destructive = []string{"flushall", "flushdb", "config", "debug", "shutdown", "keys"}

// harmless are the categories of commands without any of them.
var harmless = []string{
	"read", "string", "hash", "list", "set", "sortedset", "stream", "pubsub", "connection", "fast", "bitmap",
	"hyperloglog", "geo", "transaction", "scripting", "blocking", "write",
}

// account is what the rules of one user come to.
type account struct {
	on, nopass, destructive bool
	literal                 bool
	line                    int
}

// judge follows the users' rules in their order; a later line about a user replaces the
// earlier one.
func judge(users []line) Access {
	accounts := map[string]account{}
	var order []string
	for _, l := range users {
		if len(l.words) < 2 {
			continue
		}
		name := l.words[1]
		if !slices.Contains(order, name) {
			order = append(order, name)
		}
		accounts[name] = accountOf(l)
	}
	a := Access{State: Closed, Restricted: true}
	for _, name := range order {
		a.add(name, accounts[name])
	}
	return a
}

func (a *Access) add(name string, u account) {
	if u.literal && a.Literal == 0 {
		a.Literal = u.line
	}
	if !u.on {
		return
	}
	a.Restricted = a.Restricted && !u.destructive
	if u.nopass && a.State != Open {
		a.State, a.Line, a.Why = Open, u.line, "the user "+name+" needs no password"
		if u.line == 0 {
			a.Why = "it says nothing about the user default, who needs no password"
		}
	}
}

func accountOf(l line) account {
	u := account{line: l.number}
	for _, word := range l.words[2:] {
		u.rule(word)
	}
	return u
}

func (u *account) rule(word string) {
	switch strings.ToLower(word) {
	case "on", "off":
		u.on = strings.EqualFold(word, "on")
	case "nopass":
		u.nopass = true
	case "resetpass":
		u.nopass, u.literal = false, false
	case "reset":
		*u = account{line: u.line}
	case "allcommands":
		u.destructive = true
	case "nocommands", "-@all", "-@dangerous":
		u.destructive = false
	default:
		u.other(word)
	}
}

func (u *account) other(word string) {
	if word == "" {
		return
	}
	switch word[0] {
	case '>':
		u.nopass, u.literal = false, true
	case '#':
		u.nopass = false
	case '+':
		name, isCategory := strings.CutPrefix(strings.ToLower(word[1:]), "@")
		command, _, _ := strings.Cut(name, "|")
		u.destructive = u.destructive || isCategory && !slices.Contains(harmless, name) || !isCategory && slices.Contains(destructive, command)
	}
}
