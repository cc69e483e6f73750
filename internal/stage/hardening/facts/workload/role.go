package workload

import (
	"github.com/stella-ops/assure/internal/stage/hardening/facts/container"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// workloadRole is the role of the first container that has one, by the workload's name
// or its own.
func workloadRole(r *resource, spec map[string]any, roles map[string]string) (role, product string) {
	for _, v := range value.List(spec["containers"]) {
		for _, name := range []string{r.name, value.Text(value.Object(v)["name"])} {
			if role, product = containerRole(value.Object(v), name, roles[r.name]); role != "other" {
				return role, product
			}
		}
	}
	return "other", ""
}

// containerRole judges a container as a service of a Compose file.
func containerRole(c map[string]any, name, configured string) (role, product string) {
	env := map[string]any{}
	for _, v := range value.List(c["env"]) {
		env[value.Text(value.Object(v)["name"])] = value.Text(value.Object(v)["value"])
	}
	e := container.Evidence{Image: c["image"], Environment: env}
	e.Words = append(container.Split(c["command"], "entrypoint", nil), container.Split(c["args"], "command", nil)...)
	for _, v := range value.List(c["ports"]) {
		number, _ := value.Integer(value.Object(v)["containerPort"])
		e.Ports = append(e.Ports, container.PortSpan{First: number, Last: number})
	}
	return e.Role(name, configured)
}
