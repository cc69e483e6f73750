// Package monitoring holds the facts about what watches the deployment: alerts, metrics,
// detections, logs.
package monitoring

import "github.com/stella-ops/assure/internal/plan"

// Operations are the facts about what watches the deployment.
type Operations struct {
	// Alerts are the repository's alert rules.
	Alerts alerts `json:"alerts"`
	// Metrics are its Prometheus servers, Deliveries its Alertmanagers.
	Metrics    metrics    `json:"metrics"`
	Deliveries []delivery `json:"deliveries"`
	// Detections are the rules of its SIEM.
	Detections detections `json:"detections"`
	// Shipper is its log shipper.
	Shipper shipper `json:"shipper"`
}

// Of returns the facts about the plan.
func Of(p *plan.Plan) Operations {
	o := Operations{Alerts: newAlerts(p), Metrics: newMetrics(p), Deliveries: deliveries(p), Shipper: newShipper(p)}
	o.Detections = newDetections(p, o.Alerts)
	return o
}
