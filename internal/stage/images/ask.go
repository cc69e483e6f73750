package images

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/stage/images/reference"
	"github.com/stella-ops/assure/internal/stage/images/registry"
)

// Limits of what one run asks.
const (
	maxReferences = 500
	// workers is how many references are asked about at a time. Many of them wait for
	// one another or for a free connection, so they are more than a host gets.
	workers = 32
)

// answer is what a registry says about one reference. Exactly one of its groups of
// fields explains why there is no digest.
type answer struct {
	ref reference.Reference
	// digest is the content that the reference names, empty when there is none.
	digest string
	// missing and unknown are definite: no such digest, no such image.
	missing, unknown bool
	// own is true when the project builds the image and the registry shows none of the name.
	own bool
	// tag is where the tag leads when a digest stands beside it; tagGone when nowhere.
	tag     string
	tagGone bool
	// index is the tag's index when it lists the digest: one platform is pinned.
	index string
	// gap says why the question stays open, nil when it does not.
	gap *open
	// origin is what the image says about itself, nil when it was not asked; base is
	// where the tag of its base leads, when that is not the one it was built on.
	origin *registry.Origin
	base   string
	// noBase says why the base could not be asked about.
	noBase string
	// verdict is about signatures, nil when no rule asks for them.
	verdict *verdict
}

// open is a question that was not answered: its kind of gap, why, and what helps.
type open struct{ rule, message, remedy string }

// references returns the unique usable references in the order of the plan.
func references(uses []use) []reference.Reference {
	var refs []reference.Reference
	seen := map[reference.Reference]bool{}
	for _, u := range uses {
		if u.flaw == "" && !seen[u.ref] {
			seen[u.ref] = true
			refs = append(refs, u.ref)
		}
	}
	return refs
}

// ownOf are the references whose every use names an image that the project builds.
func ownOf(uses []use) map[reference.Reference]bool {
	own := map[reference.Reference]bool{}
	for _, ref := range references(uses) {
		own[ref] = !slices.ContainsFunc(uses, func(u use) bool { return u.flaw == "" && u.ref == ref && u.BuiltBy == "" && !u.Fallback })
	}
	return own
}

// askAll asks about every reference, several at a time; own are those that the project
// builds, too.
func (r *run) askAll(ctx context.Context, refs []reference.Reference, own map[reference.Reference]bool) map[reference.Reference]*answer {
	list := make([]*answer, len(refs))
	slots := make(chan struct{}, workers)
	var group sync.WaitGroup
	for i, ref := range refs {
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			list[i] = r.ask(ctx, ref, i, own[ref])
		})
	}
	group.Wait()
	answers := make(map[reference.Reference]*answer, len(refs))
	for _, a := range list {
		answers[a.ref] = a
	}
	return answers
}

func (r *run) ask(ctx context.Context, ref reference.Reference, n int, own bool) *answer {
	a := &answer{ref: ref, own: own && !r.stage.asks(ref).demanding()}
	switch {
	case n >= maxReferences:
		a.gap = &open{rule: gap.TooMany, message: fmt.Sprintf("the repository names more than %d images; %s was not asked about", maxReferences, ref)}
	case ref.Digest == "":
		r.askTag(ctx, a)
	default:
		r.askDigest(ctx, a)
	}
	r.askOrigin(ctx, a)
	if demands := r.demands(ref); a.digest != "" && len(demands) > 0 {
		// An error means that the run has ended, which its caller notices.
		a.verdict, _ = r.verdicts.Get(ctx, ref.At(a.digest)+" "+a.index, func() (*verdict, error) { return r.verify(ctx, a, demands), nil })
	}
	return a
}

// askTag resolves a reference without a digest once; all that follows uses the digest.
// One that may be written down is that of the bytes, never a header's claim.
func (r *run) askTag(ctx context.Context, a *answer) {
	asked := r.stage.asks(a.ref)
	if !asked.demanding() && !(asked.covered() && r.stage.opts.Fixes) {
		digest, err := r.client.Resolve(ctx, a.ref, a.ref.TagOrLatest())
		a.settle(digest, err)
		return
	}
	m, err := r.client.Manifest(ctx, a.ref, a.ref.TagOrLatest())
	a.settle(m.Digest, err)
}

func (a *answer) settle(digest string, err error) {
	switch {
	case err == nil:
		a.digest = digest
	case a.own && (registry.Is(err, registry.Unknown) || registry.Is(err, registry.Absent) || registry.Is(err, registry.Denied)):
		return // registries deny what they do not know
	case registry.Is(err, registry.Unknown), registry.Is(err, registry.Absent):
		a.unknown = true
	default:
		a.gap = explain(a.ref, err)
	}
	a.own = false
}

// askDigest asks whether the pinned digest exists and where the tag beside it leads.
func (r *run) askDigest(ctx context.Context, a *answer) {
	digest, err := r.client.Resolve(ctx, a.ref, a.ref.Digest)
	switch {
	case err == nil:
		a.digest = digest
	case registry.Is(err, registry.Unknown):
		a.unknown = true
	case registry.Is(err, registry.Absent):
		a.missing = true
	default:
		a.gap = explain(a.ref, err)
	}
	if a.ref.Tag != "" && a.gap == nil && !a.unknown {
		r.askDrift(ctx, a)
	}
}

func (r *run) askDrift(ctx context.Context, a *answer) {
	tag, err := r.client.Resolve(ctx, a.ref, a.ref.Tag)
	switch {
	case registry.Is(err, registry.Absent), registry.Is(err, registry.Unknown):
		a.tagGone = true
		return
	case err != nil:
		a.gap = explain(a.ref, err)
		return
	}
	a.tag = tag
	if tag == a.ref.Digest || a.missing {
		return
	}
	index, err := r.client.Manifest(ctx, a.ref, tag)
	switch {
	case err != nil:
		a.gap = explain(a.ref, err)
	case index.Lists(a.ref.Digest):
		a.index = index.Digest
	}
}

// explain says what could not be checked, who says so, and what helps.
func explain(ref reference.Reference, err error) *open {
	o := &open{rule: gap.ImageNotVerified, message: fmt.Sprintf("%s could not be checked: %v", ref, err)}
	var e *registry.Error
	if errors.As(err, &e) {
		o.message = fmt.Sprintf("%s could not be checked: %s: %s: %v", ref, ref.Host, e.Kind, e)
		o.remedy = remedy(ref, e)
	}
	return o
}

func remedy(ref reference.Reference, e *registry.Error) string {
	var address *registry.AddressError
	var scheme *registry.SchemeError
	switch {
	case errors.As(e, &address) && address.Listable:
		return fmt.Sprintf("If %s is yours, list it in images.private-registries.", address.Host)
	case errors.As(e, &address):
		return "No setting allows this address: correct the reference or the registry's redirect."
	case errors.As(e, &scheme):
		return fmt.Sprintf("Serve %s by HTTPS, or list it in images.insecure-registries.", scheme.Host)
	case e.Kind == registry.Denied && ref.Host == "ghcr.io":
		return "Give the job packages: read, or credentials by registry-auth. The answer is the same for an image that does not exist."
	case e.Kind == registry.Denied:
		return fmt.Sprintf("Give credentials for %s by registry-auth. Many registries give the same answer for an image that does not exist.", ref.Host)
	case e.Kind == registry.Limited:
		return fmt.Sprintf("Sign in to %s by registry-auth for a higher limit, or run again later.", ref.Host)
	case e.Kind == registry.TooLarge, e.Kind == registry.Contradiction:
		return "Inform the registry's operator: its answers cannot be relied on."
	}
	return fmt.Sprintf("Make %s reachable from here, or run with offline to judge the references alone.", ref.Host)
}
