package trust

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFromEnv(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		env  map[string]string
		want Facts
	}{
		"local": {map[string]string{"CI_COMMIT_SHA": "x", DefaultVariable: "x"}, Facts{}},
		"gitlab push": {
			map[string]string{"GITLAB_CI": "true", "CI_PIPELINE_SOURCE": "push", "CI_COMMIT_SHA": "c", "CI_COMMIT_BRANCH": "main", "CI_DEFAULT_BRANCH": "main"},
			Facts{System: GitLab, Event: "push", Named: "c", Ref: "refs/heads/main", Default: "main"},
		},
		"gitlab tag": {
			map[string]string{"GITLAB_CI": "true", "CI_PIPELINE_SOURCE": "push", "CI_COMMIT_SHA": "c", "CI_COMMIT_TAG": "main", "CI_COMMIT_REF_NAME": "main", "CI_DEFAULT_BRANCH": "main"},
			Facts{System: GitLab, Event: "push", Named: "c", Ref: "refs/tags/main", Default: "main"},
		},
		"gitlab merge request of a fork": {
			map[string]string{
				"GITLAB_CI": "true", "CI_PIPELINE_SOURCE": "merge_request_event", "CI_COMMIT_SHA": "c", "CI_COMMIT_REF_NAME": "main", "CI_DEFAULT_BRANCH": "main", "CI_PROJECT_ID": "1",
				"CI_MERGE_REQUEST_IID": "7", "CI_MERGE_REQUEST_REF_PATH": "refs/merge-requests/7/head", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
				"CI_MERGE_REQUEST_DIFF_BASE_SHA": "d", "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "2", "CI_MERGE_REQUEST_PROJECT_ID": "1",
			},
			Facts{System: GitLab, Event: "merge_request_event", Named: "c", Ref: "refs/merge-requests/7/head", Default: "main", Proposal: true, Author: Fork, Base: "d", Target: "main"},
		},
		"gitlab child of a merge request": {
			map[string]string{"GITLAB_CI": "true", "CI_PIPELINE_SOURCE": "parent_pipeline", "CI_COMMIT_SHA": "c", "CI_MERGE_REQUEST_IID": "7", "CI_MERGE_REQUEST_TARGET_BRANCH_SHA": "t", "CI_MERGE_REQUEST_DIFF_BASE_SHA": "d",
				"CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "1", "CI_PROJECT_ID": "1"},
			Facts{System: GitLab, Event: "parent_pipeline", Named: "c", Ref: "refs/merge-requests/7", Proposal: true, Author: Own, Base: "t"},
		},
		"gitlab of another forge": {
			map[string]string{"GITLAB_CI": "true", "CI_PIPELINE_SOURCE": "external_pull_request_event", "CI_COMMIT_SHA": "c", "CI_COMMIT_BRANCH": "x", "CI_EXTERNAL_PULL_REQUEST_IID": "7",
				"CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME": "main", "CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_SHA": "t", "CI_EXTERNAL_PULL_REQUEST_SOURCE_REPOSITORY": "a/b", "CI_EXTERNAL_PULL_REQUEST_TARGET_REPOSITORY": "a/b"},
			Facts{System: GitLab, Event: "external_pull_request_event", Named: "c", Ref: "refs/heads/x", Proposal: true, Author: Own, Base: "t", Target: "main"},
		},
		"gitlab, projects unknown": {
			map[string]string{"GITLAB_CI": "true", "CI_PIPELINE_SOURCE": "merge_request_event", "CI_COMMIT_SHA": "c", "CI_MERGE_REQUEST_IID": "7", "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": "s"},
			Facts{System: GitLab, Event: "merge_request_event", Named: "c", Tip: "s", Ref: "refs/merge-requests/7", Proposal: true},
		},
		"gitlab child of another forge's": {
			map[string]string{"GITLAB_CI": "true", "CI_PIPELINE_SOURCE": "parent_pipeline", "CI_COMMIT_SHA": "c", "CI_EXTERNAL_PULL_REQUEST_IID": "7", "CI_EXTERNAL_PULL_REQUEST_SOURCE_BRANCH_SHA": "s",
				"CI_EXTERNAL_PULL_REQUEST_SOURCE_REPOSITORY": "mallory/b", "CI_EXTERNAL_PULL_REQUEST_TARGET_REPOSITORY": "a/b"},
			Facts{System: GitLab, Event: "parent_pipeline", Named: "c", Tip: "s", Proposal: true, Author: Fork},
		},
		"azure push": {
			map[string]string{"TF_BUILD": "True", "BUILD_REASON": "IndividualCI", "BUILD_SOURCEVERSION": "c", "BUILD_SOURCEBRANCH": "refs/heads/main", DefaultVariable: "main"},
			Facts{System: Azure, Event: "IndividualCI", Named: "c", Ref: "refs/heads/main", Default: "main"},
		},
		"azure pull request": {
			map[string]string{"TF_BUILD": "True", "BUILD_REASON": "PullRequest", "BUILD_SOURCEVERSION": "c", "BUILD_SOURCEBRANCH": "refs/pull/7/merge",
				"SYSTEM_PULLREQUEST_TARGETBRANCH": "refs/heads/main", "SYSTEM_PULLREQUEST_ISFORK": "False", "SYSTEM_PULLREQUEST_SOURCECOMMITID": "t"},
			Facts{System: Azure, Event: "PullRequest", Named: "c", Ref: "refs/pull/7/merge", Proposal: true, Author: Own, Tip: "t", Target: "main"},
		},
		"azure fork, run by hand": {
			map[string]string{"TF_BUILD": "True", "BUILD_REASON": "Manual", "BUILD_SOURCEVERSION": "c", "SYSTEM_PULLREQUEST_PULLREQUESTID": "7", "SYSTEM_PULLREQUEST_ISFORK": "True"},
			Facts{System: Azure, Event: "Manual", Named: "c", Proposal: true, Author: Fork},
		},
		"azure does not say": {
			map[string]string{"TF_BUILD": "True", "BUILD_REASON": "PullRequest", "BUILD_SOURCEVERSION": "c"},
			Facts{System: Azure, Event: "PullRequest", Named: "c", Proposal: true},
		},
		"jenkins primary branch": {
			map[string]string{"JENKINS_URL": "x", "BRANCH_NAME": "main", "BRANCH_IS_PRIMARY": "true", "GIT_COMMIT": "c"},
			Facts{System: Jenkins, Event: "branch", Named: "c", Ref: "refs/heads/main", Default: "main"},
		},
		"jenkins single job": {
			map[string]string{"JENKINS_URL": "x", "GIT_BRANCH": "origin/main", "GIT_COMMIT": "c"},
			Facts{System: Jenkins, Event: "branch", Named: "c", Ref: "refs/heads/main"},
		},
		"jenkins change": {
			map[string]string{"JENKINS_URL": "x", "BRANCH_NAME": "PR-7", "CHANGE_ID": "7", "CHANGE_TARGET": "main"},
			Facts{System: Jenkins, Event: "change", Proposal: true, Author: Own, Target: "main"},
		},
		"jenkins fork": {
			map[string]string{"JENKINS_URL": "x", "BRANCH_NAME": "PR-7", "CHANGE_ID": "7", "CHANGE_TARGET": "main", "CHANGE_FORK": "mallory"},
			Facts{System: Jenkins, Event: "change", Proposal: true, Author: Fork, Target: "main"},
		},
		"jenkins pull request builder": {
			map[string]string{"JENKINS_URL": "x", "GIT_BRANCH": "origin/pr/7/merge", "ghprbPullId": "7", "ghprbTargetBranch": "main", "ghprbActualCommit": "t", "GIT_COMMIT": "c"},
			Facts{System: Jenkins, Event: "change", Proposal: true, Target: "main", Tip: "t", Named: "c"},
		},
		"circleci branch": {
			map[string]string{"CIRCLECI": "true", "CIRCLE_SHA1": "c", "CIRCLE_BRANCH": "main"},
			Facts{System: CircleCI, Event: "branch", Named: "c", Ref: "refs/heads/main"},
		},
		"circleci pull request": {
			map[string]string{"CIRCLECI": "true", "CIRCLE_SHA1": "c", "CIRCLE_BRANCH": "x", "CIRCLE_PULL_REQUEST": "https://x/7"},
			Facts{System: CircleCI, Event: "pull request", Named: "c", Tip: "c", Ref: "refs/heads/x", Proposal: true, Author: Own},
		},
		"circleci fork by CIRCLE_PR_NUMBER": {
			map[string]string{"CIRCLECI": "true", "CIRCLE_SHA1": "c", "CIRCLE_BRANCH": "x", "CIRCLE_PR_NUMBER": "7"},
			Facts{System: CircleCI, Event: "pull request", Named: "c", Tip: "c", Ref: "refs/heads/x", Proposal: true, Author: Fork},
		},
		"circleci fork by CIRCLE_PR_REPONAME": {
			map[string]string{"CIRCLECI": "true", "CIRCLE_SHA1": "c", "CIRCLE_BRANCH": "x", "CIRCLE_PR_REPONAME": "7"},
			Facts{System: CircleCI, Event: "pull request", Named: "c", Tip: "c", Ref: "refs/heads/x", Proposal: true, Author: Fork},
		},
		"circleci fork by CIRCLE_PR_USERNAME": {
			map[string]string{"CIRCLECI": "true", "CIRCLE_SHA1": "c", "CIRCLE_BRANCH": "x", "CIRCLE_PR_USERNAME": "7"},
			Facts{System: CircleCI, Event: "pull request", Named: "c", Tip: "c", Ref: "refs/heads/x", Proposal: true, Author: Fork},
		},
		"circleci fork by its branch": {
			map[string]string{"CIRCLECI": "true", "CIRCLE_SHA1": "c", "CIRCLE_BRANCH": "pull/7"},
			Facts{System: CircleCI, Event: "pull request", Named: "c", Tip: "c", Ref: "refs/heads/pull/7", Proposal: true, Author: Fork},
		},
		"circleci pull requests": {
			map[string]string{"CIRCLECI": "true", "CIRCLE_SHA1": "c", "CIRCLE_BRANCH": "x", "CIRCLE_PULL_REQUESTS": "https://x/7,https://x/8"},
			Facts{System: CircleCI, Event: "pull request", Named: "c", Tip: "c", Ref: "refs/heads/x", Proposal: true, Author: Own},
		},
		"circleci fork": {
			map[string]string{"CIRCLECI": "true", "CIRCLE_SHA1": "c", "CIRCLE_BRANCH": "pull/7", "CIRCLE_PR_NUMBER": "7"},
			Facts{System: CircleCI, Event: "pull request", Named: "c", Tip: "c", Ref: "refs/heads/pull/7", Proposal: true, Author: Fork},
		},
	} {
		got := FromEnv(func(name string) string { return tc.env[name] })
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestOtherCI: a system that is not known is judged as a person's own run, and that is
// said; a person's own run is not.
func TestOtherCI(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{"": false, "CI=true": true, "CI=false": false, "BUILDKITE=true": true, "HOME=/root": false} {
		key, value, _ := strings.Cut(name, "=")
		f := FromEnv(func(n string) string {
			if n == key {
				return value
			}
			return ""
		})
		d := Decide(f)
		if f.OtherCI != want || d.Class != Trusted || strings.Contains(d.Reason, "is not known") != want {
			t.Errorf("%q: %+v", name, d)
		}
	}
}

func TestNobodySaysWhatTheEventIs(t *testing.T) {
	t.Parallel()
	d := Decide(Facts{System: GitHub, Event: "push", Ref: "refs/heads/main", Named: "a", Head: "a", Proposal: true, Unsaid: true})
	if d.Class != Proposal || !d.Strict || !strings.Contains(d.Reason, "nothing says what the event is about") {
		t.Errorf("%+v", d)
	}
}
