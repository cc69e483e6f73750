package images

import (
	protocommon "github.com/sigstore/protobuf-specs/gen/pb-go/common/v1"

	"github.com/stella-ops/assure/internal/stage/images/imagestest"
)

// algorithms are the key algorithms with the format in which each signs. cosign signs
// images with pre-hashed Ed25519 and statements with plain Ed25519.
var algorithms = map[string]protocommon.PublicKeyDetails{
	"legacy-p384": imagestest.P384, "bundle-p384": imagestest.P384,
	"legacy-p521": imagestest.P521, "bundle-p521": imagestest.P521,
	"legacy-rsa": imagestest.RSA2048, "bundle-rsa": imagestest.RSA2048,
	"legacy-ed25519": imagestest.Ed25519, "bundle-ed25519": imagestest.Ed25519,
	"legacy-ed25519ph": imagestest.Ed25519PH, "bundle-ed25519ph": imagestest.Ed25519PH,
}
