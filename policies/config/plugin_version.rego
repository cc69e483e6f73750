# METADATA
# title: Plug-in does not say for which version it is
# description: >-
#   The backend refuses a plug-in whose StellaPluginVersion does not match its own. Without the
#   attribute, or with quotes that a word processor made, it does not load.
# scope: package
# custom:
#   severity: low
#   controls: [SHG-6.09]
#   profiles: [guide-literal, guide, strict]
#   remediation: >-
#     Add [StellaPluginVersion("major.minor")] with straight quotes and the version of the
#     backend.
#   bad: |
#     -- compose.yaml --
#     services:
#       web:
#         image: registry.example.org/web:1.0
#     -- src/Report.cs --
#     public class Report : IScannerPlugin { }
#   good: |
#     -- compose.yaml --
#     services:
#       web:
#         image: registry.example.org/web:1.0
#     -- src/Report.cs --
#     [StellaPluginVersion("2.0")]
#     public class Report : IScannerPlugin { }
package policies.config.plugin_version

sources contains name if {
	some name, file in input.files
	file.family == "plugin"
}

# The attribute may stand on the assembly, in a file of the same directory.
directory(name) := concat("/", array.slice(parts, 0, count(parts) - 1)) if parts := split(name, "/")

subjects contains name if {
	some name in sources
	count(input.files[name].content.classes) > 0
}

results contains result if {
	some name in subjects
	count([1 |
		some other in sources
		directory(other) == directory(name)
		count(input.files[other].content.versions) > 0
	]) == 0
	result := {
		"message": sprintf("plug-in %s has no StellaPluginVersion", [input.files[name].content.classes[0].name]),
		"path": ["files", name, "content", "classes", 0],
		"identity": ["none"],
	}
}

results contains result if {
	some name in sources
	some i, version in input.files[name].content.versions
	not regex.match(`^"\d+\.\d+"$`, version.text)
	result := {
		"message": sprintf("StellaPluginVersion(%s) is not a version of the form \"major.minor\"", [version.text]),
		"path": ["files", name, "content", "versions", i],
		"identity": [version.text],
	}
}
