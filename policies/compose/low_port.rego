# METADATA
# title: Container listens on a privileged port
# description: >-
#   A program that listens below 1024 needs root or a capability on older engines and on hosts
#   that keep the kernel default.
# scope: package
# custom:
#   severity: low
#   controls: [SHG-3.16]
#   profiles: [guide-literal, guide, strict]
#   remediation: >-
#     Let the program listen on a port from 1024 on, such as 8080, and map it to the outer port
#     where it is published.
#   bad: |
#     services:
#       web:
#         image: registry.example.org/web:1.0
#         ports: ["8080:80"]
#   good: |
#     services:
#       web:
#         image: registry.example.org/web:1.0
#         ports: ["80:8080"]
package policies.compose.low_port

import data.policies.lib.compose

subjects contains name if {
	some name, service in input.facts.services
	count(service.ports) > 0
}

subjects contains name if {
	some name, service in input.services
	service.environment.ASPNETCORE_URLS
}

unknown contains doubt if some doubt in compose.undecided({"ports"})

results contains result if {
	some name in subjects
	some port in input.facts.services[name].ports
	port.first > 0
	port.first < 1024
	result := {
		"message": sprintf("service %s listens on port %d, which is reserved for root", [name, port.first]),
		"path": port.path,
		"reach": [[number] | some number in compose.ports_of(port); number < 1024],
	}
}

results contains result if {
	some name in subjects
	value := input.services[name].environment.ASPNETCORE_URLS
	some address in split(value, ";")
	found := regex.find_n(`:(\d{1,5})/?$`, address, 1)
	number := to_number(trim(found[0], ":/"))
	number < 1024
	result := {
		"message": sprintf("service %s listens on port %d, which is reserved for root", [name, number]),
		"path": ["services", name, "environment", "ASPNETCORE_URLS"],
		"identity": ["ASPNETCORE_URLS", number],
	}
}
