package reporter

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"

	"github.com/stella-ops/assure/internal/report"
)

// Limits of an upload to GitHub code scanning, below GitHub's own (25,000 results a
// run of which 5,000 are shown, 10 MB of gzip) so that we choose what is left out.
const (
	uploadResults = 5000
	uploadBytes   = 9 << 20
)

// renderUpload writes the SARIF log for GitHub: without excepted findings, which GitHub
// would show as open alerts, without the run of a stage that broke, which would close
// its alerts, and small enough to be taken.
func renderUpload(r *report.Report, _ Options) ([]byte, error) {
	for limit := uploadResults; limit > 0; limit /= 2 {
		data, err := json.Marshal(sarifLog(r, &logShape{limit: limit}))
		if err != nil {
			return nil, err
		}
		size, err := packedSize(data)
		if err != nil {
			return nil, err
		}
		if size <= uploadBytes {
			return append(data, '\n'), nil
		}
	}
	return nil, fmt.Errorf("the log of one result a stage is larger than %d bytes", uploadBytes)
}

// packedSize is the size of the data under gzip.
func packedSize(data []byte) (int, error) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(data); err != nil {
		return 0, err
	}
	if err := w.Close(); err != nil {
		return 0, err
	}
	return b.Len(), nil
}
