package gap

import "github.com/stella-ops/assure/internal/finding"

// The ids of the gaps that repository content decides.
const (
	NotParsed         = "gap/not-parsed"
	Crashed           = "gap/crashed"
	ConflictMarkers   = "gap/conflict-markers"
	CountDiffers      = "gap/count-differs"
	LockContradicted  = "gap/lock-contradicted"
	ComposeNotLoaded  = "gap/compose-not-loaded"
	ComposeItem       = "gap/compose-item"
	ObjectMalformed   = "gap/object-malformed"
	CustomWorkload    = "gap/custom-workload"
	AmbiguousFile     = "gap/ambiguous-file"
	TooLarge          = "gap/too-large"
	NotRegular        = "gap/not-regular"
	Outside           = "gap/outside"
	MissingFile       = "gap/missing-file"
	TemplateUnread    = "gap/template-not-rendered"
	RenderFailed      = "gap/not-rendered"
	RemoteSource      = "gap/remote-source"
	UnknownValue      = "gap/unknown-value"
	TooMany           = "gap/too-many"
	Encoding          = "gap/encoding"
	NoReader          = "gap/no-reader"
	NoLockFile        = "gap/no-lock-file"
	NoVersion         = "gap/no-version"
	UnpinnedVersion   = "gap/unpinned-version"
	GitSource         = "gap/git-source"
	URLSource         = "gap/url-source"
	UnknownFormat     = "gap/unknown-format"
	ManagedVersion    = "gap/managed-version"
	EntryNotRead      = "gap/entry-not-understood"
	VersionNotOrdered = "gap/version-not-comparable"
)

// The ids of the gaps that data, network, engine or time decide.
const (
	Unreadable        = "gap/unreadable"
	NotEvaluated      = "gap/not-evaluated"
	NoAdvisories      = "gap/no-advisories"
	Database          = "gap/database"
	ImageNotScanned   = "gap/image-not-scanned"
	ImageContent      = "gap/image-content"
	ImageNotVerified  = "gap/image-not-verified"
	KeyUnavailable    = "gap/key-unavailable"
	BlobNotVerified   = "gap/blob-not-verified"
	ServiceNotTested  = "gap/service-not-tested"
	StackNotTested    = "gap/stack-not-tested"
	ScannerIncomplete = "gap/scanner-incomplete"
)

// The rules are one visible list. Severity does not gate: a gap that counts turns the
// verdict into an error whatever it hides.
var rules = [...]Rule{
	final(NotParsed, "A file cannot be parsed", "Nothing in the file was judged, because it is not what its format says.",
		"Correct the syntax at the place that the message names."),
	final(Crashed, "A reader crashed on a file", "The program failed while it read or judged this input. Nobody can say what was missed.",
		"Report the crash with the file; exclude the file until then."),
	final(ConflictMarkers, "A file holds the marks of a merge conflict", "Two versions of the file stand in it at once, and neither is what will be used.",
		"Resolve the conflict and commit the result."),
	final(CountDiffers, "Two counts of a file's entries disagree", "Two independent readings of the file found different entries, so one of them lost something.",
		"Report the file; regenerate it with the package manager until then."),
	final(LockContradicted, "A lock file contradicts its manifest", "The manifest asks for what the lock file does not hold, so an installation resolves something else.",
		"Run the package manager's lock command and commit the lock file."),
	content(ComposeNotLoaded, "A Compose file does not load", "The set of files is not a valid Compose project, so its services were judged one by one from the text.",
		"Correct the item that the message names."),
	content(ComposeItem, "An item of a Compose file cannot be read", "One item is not what Compose accepts. The other items were judged without it.",
		"Correct the item at the place that is shown."),
	content(ObjectMalformed, "A part of a Kubernetes object is malformed", "The API server would refuse the object, and rules cannot judge the part.",
		"Correct the type of the value at the place that is shown."),
	content(CustomWorkload, "A custom resource makes pods in a way of its own", "A controller turns a part of the resource into containers. Rules do not know how, so they did not judge it.",
		"Judge what the controller makes of it: render it into the repository, or accept the gap with a reason."),
	content(AmbiguousFile, "A file is of two kinds at once", "The file reads as two kinds of deployment, and only one of them can be meant.",
		"Split the file, so that each holds one kind."),
	content(TooLarge, "A file is too large", "The file is larger than the bound for its kind and was not read.",
		"Make the file smaller, or exclude it with a reason."),
	content(NotRegular, "An input is not a regular file", "A link that leads nowhere, a pipe, a socket or a device stands where an input is expected.",
		"Replace it by a regular file."),
	content(Outside, "A path leads out of the repository", "What lies outside of the repository is not read.",
		"Move the file into the repository and correct the path."),
	content(MissingFile, "A file that is named is not there", "A deployment names a file that is not in the repository, so its content was not judged.",
		"Correct the name, commit the file, or name the directory that is generated under generated in the configuration."),
	content(TemplateUnread, "Templates that nothing here renders", "The files hold template marks. What they become is decided elsewhere and was not judged.",
		"Commit what is rendered and name its directory under generated in the configuration, or accept the gap with a reason."),
	content(RenderFailed, "A chart or kustomization cannot be rendered", "The objects that it would deploy were not judged.",
		"Correct the source as the message says."),
	content(RemoteSource, "A deployment comes from elsewhere", "The chart, base or file is fetched when it is deployed. It is not in this repository and was not judged.",
		"Vendor it into the repository, or accept the gap and judge it where it lives."),
	content(UnknownValue, "A value is decided elsewhere", "The value is a variable that this repository does not set, so what depends on it was not judged.",
		"Give the variable a default, or set it in a committed environment file."),
	content(TooMany, "There is more than the program reads", "A bound was reached, and what lies beyond it was not judged.",
		"Split the input, or name the part that counts in the configuration."),
	content(Encoding, "A file is not in a known encoding", "The text cannot be decoded and was not judged.",
		"Save the file as UTF-8."),
	content(NoReader, "No reader for a file", "The file, or a part of it, is in a format that this program cannot read yet, and was not judged.",
		"Commit it in a format that is read, for dependencies a lock file, or accept the gap with a reason."),
	content(NoLockFile, "A manifest without a lock file", "The manifest declares dependencies, but nothing says which versions are installed.",
		"Run the package manager's lock command and commit the lock file."),
	content(NoVersion, "A dependency without a version", "The entry has no version, so it cannot be compared with advisories.",
		"Pin the version."),
	content(UnpinnedVersion, "A dependency is not pinned", "The entry allows a range of versions. Which one is installed is decided later.",
		"Pin the version, or commit a lock file."),
	content(GitSource, "A dependency comes from a commit", "The entry names a commit and no version, so no advisory can be compared with it.",
		"Use a released version, or accept the gap with a reason."),
	content(URLSource, "A dependency comes from a URL", "The entry names a URL and no version, so no advisory can be compared with it.",
		"Use a released version, or accept the gap with a reason."),
	content(UnknownFormat, "A newer format than the program knows", "The file's format version is not one that this program was tested with. What was read was judged.",
		"Update this program, or write the file with a version of the package manager that it knows."),
	content(ManagedVersion, "A version is managed elsewhere", "A parent or a bill of materials that is not in the repository decides the version.",
		"Commit the resolved dependency tree beside the manifest."),
	content(EntryNotRead, "An entry of a dependency file is not understood", "One entry was not judged. The others were.",
		"Correct the entry at the place that is shown."),
	content(VersionNotOrdered, "A version cannot be compared", "The version is not one of its ecosystem, so no advisory can be compared with it.",
		"Correct the version."),
	outside(Unreadable, "A file or directory cannot be read", "The operating system refused to read it.",
		"Grant the permission to read, or exclude it."),
	outside(NotEvaluated, "Rules did not finish", "The rules on one document were stopped before they gave an answer.",
		"Run again; if it stays, split the document."),
	outside(NoAdvisories, "The database has no advisories for an ecosystem", "The packages were listed but not judged, because the database does not cover them.",
		"Use a database that covers the ecosystem, or accept the gap with a reason."),
	outside(Database, "The vulnerability database or a feed is missing or old", "Advisories published since then were not considered.",
		"Run assure db pull."),
	outside(ImageNotScanned, "An image was not scanned", "The content of the image could not be had, so its packages were not judged.",
		"Give access to the registry, or an archive of the image."),
	outside(ImageContent, "A part of an image was not judged", "Something inside of the image could not be read or compared.",
		"See the message."),
	outside(ImageNotVerified, "An image was not verified", "The registry or the transparency log gave no usable answer.",
		"Give access to the registry, and run again."),
	outside(KeyUnavailable, "A key or trusted root is out of reach", "What the key signs could not be verified.",
		"Give the key as a file, or the network that it is fetched by."),
	outside(BlobNotVerified, "A signed file was not verified", "The signature of the file could not be checked.",
		"See the message."),
	outside(ServiceNotTested, "A service was not tested", "A probe could not see the service, so nothing is known of it.",
		"See the message."),
	outside(StackNotTested, "A stack was not tested", "The stack did not come up, or the test of it broke off.",
		"See the message."),
	outside(ScannerIncomplete, "The scanner did not finish", "The scan of the running stack is incomplete.",
		"Raise the time limit, or see the message."),
}

func kind(id, title, description, remediation string) Rule {
	return Rule{Rule: finding.Rule{ID: id, Title: title, Description: description, Remediation: remediation, Severity: finding.High}}
}

func content(id, title, description, remediation string) Rule {
	r := kind(id, title, description, remediation)
	r.Content = true
	return r
}

func final(id, title, description, remediation string) Rule {
	r := content(id, title, description, remediation)
	r.Final = true
	return r
}

func outside(id, title, description, remediation string) Rule {
	return kind(id, title, description, remediation)
}
