package hardening

import "github.com/stella-ops/assure/internal/plan"

// operations are the facts about what watches the deployment.
type operations struct {
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

func operationsFacts(p *plan.Plan) operations {
	o := operations{Alerts: alertFacts(p), Metrics: metricsFacts(p), Deliveries: deliveries(p), Shipper: shipperFacts(p)}
	o.Detections = detectionFacts(p, o.Alerts)
	return o
}
