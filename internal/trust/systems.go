package trust

import (
	"cmp"
	"slices"
	"strings"
)

// DefaultVariable names the default branch where the system does not.
const DefaultVariable = "ASSURE_DEFAULT_BRANCH"

// FromEnv is what a system other than GitHub says about the run, by its documented
// variables; without any the run is local. What is checked out is for the caller to add.
func FromEnv(env func(string) string) Facts {
	f := Facts{}
	switch {
	case env("GITLAB_CI") != "":
		f = gitlab(env)
	case env("TF_BUILD") != "":
		f = azure(env)
	case env("JENKINS_URL") != "":
		f = jenkins(env)
	case env("CIRCLECI") != "":
		f = circleci(env)
	default:
		f.OtherCI = otherCI(env)
		return f
	}
	f.Default = cmp.Or(f.Default, env(DefaultVariable))
	return f
}

// otherCI reports whether another system runs the program: most set CI, and those that
// do not are known by a variable of their own.
func otherCI(env func(string) string) bool {
	switch strings.ToLower(env("CI")) {
	case "", "0", "false":
	default:
		return true
	}
	return slices.ContainsFunc([]string{"BITBUCKET_BUILD_NUMBER", "BUILDKITE", "CODEBUILD_BUILD_ID", "TEAMCITY_VERSION", "CF_BUILD_ID", "PROW_JOB_ID"},
		func(name string) bool { return env(name) != "" })
}

func gitlab(env func(string) string) Facts {
	f := Facts{
		System: GitLab, Event: env("CI_PIPELINE_SOURCE"), Named: env("CI_COMMIT_SHA"), Default: env("CI_DEFAULT_BRANCH"),
		Ref: ref(env("CI_COMMIT_TAG"), cmp.Or(env("CI_COMMIT_BRANCH"), env("CI_COMMIT_REF_NAME"))),
	}
	switch {
	case env("CI_MERGE_REQUEST_IID") != "" || f.Event == "merge_request_event":
		f.Proposal, f.Ref = true, cmp.Or(env("CI_MERGE_REQUEST_REF_PATH"), "refs/merge-requests/"+env("CI_MERGE_REQUEST_IID"))
		f.Tip, f.Target = env("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA"), env("CI_MERGE_REQUEST_TARGET_BRANCH_NAME")
		f.Base = cmp.Or(env("CI_MERGE_REQUEST_TARGET_BRANCH_SHA"), env("CI_MERGE_REQUEST_DIFF_BASE_SHA"))
		f.Author = between(env("CI_MERGE_REQUEST_SOURCE_PROJECT_ID"), cmp.Or(env("CI_MERGE_REQUEST_PROJECT_ID"), env("CI_PROJECT_ID")))
	case env("CI_EXTERNAL_PULL_REQUEST_IID") != "" || f.Event == "external_pull_request_event":
		f.Proposal = true
		f.Tip, f.Target = env("CI_EXTERNAL_PULL_REQUEST_SOURCE_BRANCH_SHA"), env("CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME")
		f.Base = env("CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_SHA")
		f.Author = between(env("CI_EXTERNAL_PULL_REQUEST_SOURCE_REPOSITORY"), env("CI_EXTERNAL_PULL_REQUEST_TARGET_REPOSITORY"))
	}
	return f
}

func azure(env func(string) string) Facts {
	f := Facts{System: Azure, Event: env("BUILD_REASON"), Named: env("BUILD_SOURCEVERSION"), Ref: env("BUILD_SOURCEBRANCH")}
	if f.Event != "PullRequest" && env("SYSTEM_PULLREQUEST_PULLREQUESTID") == "" {
		return f
	}
	f.Proposal, f.Tip = true, env("SYSTEM_PULLREQUEST_SOURCECOMMITID")
	f.Target = strings.TrimPrefix(env("SYSTEM_PULLREQUEST_TARGETBRANCH"), "refs/heads/")
	switch strings.ToLower(env("SYSTEM_PULLREQUEST_ISFORK")) {
	case "false":
		f.Author = Own
	case "true":
		f.Author = Fork
	}
	return f
}

// jenkins knows a change by the variables of its branch source, or of the plugins that
// build proposals of GitHub and GitLab without one.
func jenkins(env func(string) string) Facts {
	f := Facts{System: Jenkins, Event: "branch", Named: env("GIT_COMMIT")}
	branch := cmp.Or(env("BRANCH_NAME"), strings.TrimPrefix(env("GIT_BRANCH"), "origin/"))
	f.Ref = ref(env("TAG_NAME"), branch)
	if env("BRANCH_IS_PRIMARY") == "true" {
		f.Default = branch
	}
	if env("CHANGE_ID")+env("ghprbPullId")+env("gitlabMergeRequestIid") == "" {
		return f
	}
	f.Proposal, f.Event, f.Ref = true, "change", ""
	f.Target = cmp.Or(env("CHANGE_TARGET"), env("ghprbTargetBranch"), env("gitlabTargetBranch"))
	f.Tip = env("ghprbActualCommit")
	switch {
	case env("CHANGE_FORK") != "":
		f.Author = Fork
	case env("CHANGE_ID") != "":
		f.Author = Own
	}
	return f
}

// circleci builds branches; the variable of a pull request's number is set for forks.
func circleci(env func(string) string) Facts {
	f := Facts{System: CircleCI, Event: "branch", Named: env("CIRCLE_SHA1"), Ref: ref(env("CIRCLE_TAG"), env("CIRCLE_BRANCH"))}
	fork := env("CIRCLE_PR_NUMBER")+env("CIRCLE_PR_REPONAME")+env("CIRCLE_PR_USERNAME") != "" || strings.HasPrefix(env("CIRCLE_BRANCH"), "pull/")
	if !fork && env("CIRCLE_PULL_REQUEST")+env("CIRCLE_PULL_REQUESTS") == "" {
		return f
	}
	f.Proposal, f.Event, f.Tip, f.Author = true, "pull request", f.Named, Own
	if fork {
		f.Author = Fork
	}
	return f
}

// ref is the full name of a tag or else a branch.
func ref(tag, branch string) string {
	switch {
	case tag != "":
		return "refs/tags/" + tag
	case branch != "":
		return "refs/heads/" + branch
	default:
		return ""
	}
}

// between compares the two repositories of a change; where one is unknown, so is the
// author.
func between(source, target string) Author {
	switch {
	case source == "" || target == "":
		return Unknown
	case source == target:
		return Own
	default:
		return Fork
	}
}
