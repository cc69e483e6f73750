# METADATA
# title: Service gets a certificate that nobody can verify
# description: >-
#   A certificate that is signed with its own key proves nothing to a client. Clients that accept
#   it accept any other as well.
# scope: package
# custom:
#   severity: high
#   controls: [SHG-4.02]
#   profiles: [guide-literal, guide, strict]
#   remediation: >-
#     Use an ACME issuer, or an issuer of kind ca whose CA the clients know.
#   bad: |
#     -- compose.yaml --
#     services:
#       web:
#         image: registry.example.org/web:1.0
#     -- k8s/issuer.yaml --
#     apiVersion: cert-manager.io/v1
#     kind: Issuer
#     metadata: {name: self}
#     spec: {selfSigned: {}}
#     ---
#     apiVersion: cert-manager.io/v1
#     kind: Certificate
#     metadata: {name: web}
#     spec: {secretName: web, dnsNames: [web.example.org], issuerRef: {name: self}}
#   good: |
#     -- compose.yaml --
#     services:
#       web:
#         image: registry.example.org/web:1.0
#     -- k8s/issuer.yaml --
#     apiVersion: cert-manager.io/v1
#     kind: Issuer
#     metadata: {name: internal}
#     spec: {ca: {secretName: ca}}
#     ---
#     apiVersion: cert-manager.io/v1
#     kind: Certificate
#     metadata: {name: web}
#     spec: {secretName: web, dnsNames: [web.example.org], issuerRef: {name: internal}}
package policies.config.self_signed_certificate

# An issuer outside the repository is not seen.
subjects contains certificate.name if {
	some certificate in input.facts.certificates
	certificate.known
}

results contains result if {
	some certificate in input.facts.certificates
	certificate.self_signed
	result := {
		"message": sprintf("%s gets a certificate from %s, which signs each with its own key", [certificate.name, certificate.issuer]),
		"path": certificate.path,
		"identity": [certificate.issuer],
		"subject": certificate.name,
	}
}
