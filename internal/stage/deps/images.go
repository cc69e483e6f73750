package deps

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/memo"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/deps/image"
	"github.com/stella-ops/assure/internal/stage/deps/quiet"
	"github.com/stella-ops/assure/internal/stage/images/reference"
	"github.com/stella-ops/assure/internal/stage/images/registry"
)

// deployed is an image that the repository deploys, with all places that name it.
type deployed struct {
	ref  reference.Reference
	uses []plan.Image
	// built is true when the project builds the image itself, own when it builds one of
	// the name that is used, which a registry may have, too.
	built, own bool

	image    *image.Image
	contents image.Contents
}

// gather joins the plan's images by reference, in the order of their first place. What
// cannot be read as a reference is a finding: nobody knows what would run there.
func (s *Stage) gather(images []plan.Image, set *finding.Set) []*deployed {
	var all []*deployed
	for _, img := range images {
		if img.Kind == plan.Dockerfile && img.Ref == "scratch" {
			continue
		}
		ref, err := reference.Parse(img.Ref)
		if len(img.Unresolved) > 0 {
			err = fmt.Errorf("%s has no value", strings.Join(img.Unresolved, ", "))
		}
		if err != nil {
			s.unreadable(img, err, set)
			continue
		}
		if !img.Built {
			set.Judge(unknownImage().ID, 1)
		}
		i := slices.IndexFunc(all, func(d *deployed) bool { return d.ref == ref })
		if i < 0 {
			all, i = append(all, &deployed{ref: ref, own: true}), len(all)
		}
		all[i].own = all[i].own && (img.Built || img.Fallback || img.BuiltBy != "")
		all[i].uses, all[i].built = append(all[i].uses, img), all[i].built || img.Built
	}
	return all
}

// unreadable reports a reference that leads nowhere, unless the image stage does: two
// findings of one flaw would have to be accepted twice.
func (s *Stage) unreadable(img plan.Image, err error, set *finding.Set) {
	switch {
	case img.Built:
	case s.opts.ReferencesJudged:
		note(set, fmt.Sprintf("%s: the image %.200q was not scanned, see the finding of the image stage: %v", img.Location, img.Raw, err))
	default:
		set.Judge(unknownImage().ID, 1)
		set.Findings = append(set.Findings, unknown(img, err))
	}
}

func unknown(img plan.Image, err error) finding.Finding {
	r := unknownImage()
	return finding.Finding{
		Rule: r.ID, Severity: r.Severity, Location: img.Location, Subject: cut(img.Raw, maxTitle), Key: img.Place(),
		Message: fmt.Sprintf("the image %.200q was not scanned: %v", img.Raw, err),
	}
}

// scansImages tells whether there are images to scan.
func (s *Stage) scansImages(p *plan.Plan) bool {
	return s.cfg.ScanImages != "never" && slices.ContainsFunc(p.Images, func(i plan.Image) bool { return i.Ref != "scratch" })
}

// judgeImages reads every image once and matches what is in it.
func (s *Stage) judgeImages(ctx context.Context, p *plan.Plan, say func(string), set *finding.Set) ([]*deployed, error) {
	if !s.scansImages(p) {
		return nil, nil
	}
	all := s.gather(p.Images, set)
	sources, err := s.sources()
	if err != nil {
		return nil, err
	}
	log := quiet.Listen()
	defer log.Stop()
	reader, err := image.NewReader(log)
	if err != nil {
		return nil, err
	}
	reader.OpenIndex = func(ctx context.Context) (image.Index, error) { return s.openJava(ctx, p, say, set) }
	defer reader.Close()
	seen := map[string]*deployed{}
	for i, d := range all {
		say(fmt.Sprintf("reading %s (%d of %d images)", d.ref, i+1, len(all)))
		if err := s.read(ctx, d, sources, reader, seen, set); err != nil {
			return nil, err
		}
	}
	return all, s.matchImages(ctx, all, log, set)
}

// sources are the places to look for images, in order.
func (s *Stage) sources() ([]image.Source, error) {
	platform, err := image.ParsePlatform(orDefault(s.cfg.Platform, "linux/amd64"))
	if err != nil {
		return nil, fmt.Errorf("read deps.platform: %w", err)
	}
	var all []image.Source
	for _, a := range s.cfg.ImageArchives {
		all = append(all, image.Archive(a, platform))
	}
	if !s.opts.Offline {
		client, err := memo.Do(s.known, memo.KeyOf[string]("registries"), s.client)
		if err != nil {
			return nil, err
		}
		all = append(all, image.Registry(client, platform))
	}
	engine, err := image.Engine(s.opts.EngineHost, s.opts.Temp, platform)
	if err == nil {
		all = append(all, engine)
	}
	return all, nil
}

// client asks registries, each question once.
func (s *Stage) client() (*registry.Client, error) {
	return registry.New(registry.Options{
		Insecure: s.opts.InsecureRegistries, Private: s.opts.PrivateRegistries, Auth: s.opts.Auth, Token: s.opts.Token,
		DockerConfig: s.opts.DockerConfig, Proxy: s.opts.Proxy, Wait: s.opts.Wait,
	})
}

func orDefault(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// read finds the image and lists what is in it. Images that only differ in their names
// are read once. Only the end of the run is an error; all else is a gap of this image.
func (s *Stage) read(ctx context.Context, d *deployed, sources []image.Source, reader *image.Reader, seen map[string]*deployed, set *finding.Set) error {
	img, err := find(ctx, d, sources)
	if err == nil {
		defer img.Close()
		if known, ok := seen[img.Digest]; ok {
			d.image, d.contents = known.image, known.contents
			d.image.Index = cmp.Or(d.image.Index, img.Index)
			return nil
		}
		d.contents, err = memo.Do(s.known, memo.KeyOf("image", img.Digest), func() (image.Contents, error) { return reader.Read(ctx, img) })
	}
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("read images: %w", ctx.Err())
	case err == nil:
		d.image, seen[img.Digest] = img, d
	case errors.Is(err, image.ErrAbsent) && d.own, d.own && registry.Is(err, registry.Denied):
		note(set, fmt.Sprintf("%s is built by the project itself and not among the images of archives and engine; the images that its Dockerfile builds upon are scanned", d.ref))
	case errors.Is(err, image.ErrAbsent) && s.opts.Offline && s.cfg.ScanImages != "always":
		note(set, fmt.Sprintf("offline: %s was not scanned; name an archive of it in deps.image-archives", d.ref))
	case errors.Is(err, image.ErrAbsent) && !s.opts.Offline:
		for _, u := range d.uses {
			set.Findings = append(set.Findings, unknown(u, errors.New(why(err))))
		}
	default:
		set.Gaps = append(set.Gaps, finding.Gap{
			Rule: gap.ImageNotScanned, Location: d.uses[0].Location, Subject: d.ref.Name(), Remediation: sentence(remedy(err)),
			Message: fmt.Sprintf("the image %s was not scanned: %s", d.ref, reason(err)),
		})
	}
	return nil
}

func note(set *finding.Set, text string) {
	if !slices.Contains(set.Notes, text) {
		set.Notes = append(set.Notes, text)
	}
}

// why says what failed and how to fix it.
func why(err error) string {
	text := reason(err)
	if r := remedy(err); r != "" {
		text += "; " + r
	}
	return cut(text, maxDescription)
}

func reason(err error) string {
	if errors.Is(err, image.ErrAbsent) {
		return "neither archives nor registry nor engine have it"
	}
	return cut(oneLine(err.Error()), maxDescription)
}

// remedy says what helps against an image that could not be read, "" when nobody knows.
func remedy(err error) string {
	switch {
	case errors.Is(err, image.ErrAbsent):
		return "push it, or name an archive in deps.image-archives"
	case registry.Is(err, registry.Denied):
		return "check the name, and give credentials with registry-auth"
	case registry.Is(err, registry.Limited):
		return "log in with registry-auth to get a higher limit, or use a mirror"
	case registry.Is(err, registry.Refused):
		return "list the host in images.private-registries or images.insecure-registries if that is meant"
	}
	return ""
}

// sentence makes a remedy one.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

// find asks one source after the other. An image that the project builds is not asked
// of a registry, whose image of that name is another one.
func find(ctx context.Context, d *deployed, sources []image.Source) (*image.Image, error) {
	var failed []error
	for _, src := range sources {
		if d.built && image.IsRegistry(src) {
			continue
		}
		img, err := src.Find(ctx, d.ref)
		if err == nil {
			return img, nil
		}
		if !errors.Is(err, image.ErrAbsent) {
			failed = append(failed, fmt.Errorf("%s: %w", src.Name(), err))
		}
	}
	if len(failed) > 0 {
		return nil, errors.Join(failed...)
	}
	return nil, image.ErrAbsent
}
