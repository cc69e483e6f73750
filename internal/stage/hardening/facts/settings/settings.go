// Package settings holds the facts about applications' settings, wherever and however
// they are written.
package settings

import "github.com/stella-ops/assure/internal/plan"

// Application are the facts about applications' settings.
type Application struct {
	// Settings are all settings, whatever their spelling.
	Settings []setting `json:"settings"`
	// Derived are the facts that follow from them.
	Derived derived `json:"derived"`
}

// Of returns the facts about the plan.
func Of(p *plan.Plan) Application {
	list := gather(p)
	return Application{Settings: list, Derived: derive(p, list)}
}

// derived are facts that follow from the settings.
type derived struct {
	// Concelier is where the application is configured and run.
	Concelier []place `json:"concelier"`
	// SecretPaths are where the authority's client secret is expected.
	SecretPaths []secretPath `json:"secret_paths"`
	Bypasses    []bypass     `json:"bypasses"`
	Loggers     []logger     `json:"loggers"`
	// AuditLoggers decide about the audit log.
	AuditLoggers []logger   `json:"audit_loggers"`
	Sinks        []sink     `json:"sinks"`
	Refreshes    []refresh  `json:"refreshes"`
	Listeners    []listener `json:"listeners"`
	// Limits are requests a second that the ingress lets in.
	Limits []rate `json:"limits"`
	// ClientCertificates are the settings that decide whether clients must show one.
	ClientCertificates []clientCertificate `json:"client_certificates"`
}

func derive(p *plan.Plan, list []setting) derived {
	return derived{
		Concelier: concelierPlaces(p, list), SecretPaths: secretPaths(p, list), Bypasses: bypasses(list),
		Loggers: loggers(list), AuditLoggers: auditLoggers(list), Sinks: sinks(list),
		Refreshes: refreshes(list), Listeners: listeners(list), Limits: limits(p),
		ClientCertificates: clientCertificates(p, list),
	}
}
