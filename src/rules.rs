//! THE list of rules: one line for each. The page, the code and this line are all that a rule is.

use std::sync::OnceLock;

use crate::rule::{Page, Rule, page};

/// A rule with its id and its page.
pub struct Registered {
    /// `family/name`; for ever.
    pub id: &'static str,
    /// The code.
    pub rule: &'static dyn Rule,
    text: &'static str,
    page: OnceLock<Page>,
}

impl std::fmt::Debug for Registered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id)
    }
}

impl Registered {
    const fn new(id: &'static str, rule: &'static dyn Rule, text: &'static str) -> Self {
        Self { id, rule, text, page: OnceLock::new() }
    }

    /// The rule's page. A page that can't be read would be empty; a test rules that out.
    pub fn page(&'static self) -> &'static Page {
        self.page.get_or_init(|| {
            page::parse(self.id, self.text).unwrap_or_else(|_| Page::empty(self.id))
        })
    }

    /// The page's file as it is embedded.
    pub fn text(&self) -> &'static str {
        self.text
    }

    /// The part of the id before the slash.
    pub fn family(&self) -> &'static str {
        self.id.split_once('/').map_or(self.id, |(family, _)| family)
    }
}

/// All rules, sorted by id.
pub fn all() -> &'static [Registered] {
    &ALL
}

/// The rule with an id.
pub fn find(id: &str) -> Option<&'static Registered> {
    ALL.binary_search_by(|rule| rule.id.cmp(id)).ok().and_then(|index| ALL.get(index))
}

macro_rules! rules {
    ($($family:ident { $($name:literal $module:ident $rule:ident,)* })*) => {
        $(
            #[doc = concat!("The `", stringify!($family), "` rules.")]
            mod $family { $(pub(super) mod $module;)* }
        )*

        static ALL: [Registered; COUNT] = [$($(
            Registered::new(
                concat!(stringify!($family), "/", $name),
                &$family::$module::$rule,
                include_str!(concat!("../rules/", stringify!($family), "/", $name, ".md")),
            ),
        )*)*];

        const COUNT: usize = [$($($name,)*)*].len();
    };
}

rules! {
    crd {
        "double-managed" double_managed DoubleManaged,
        "duplicate-owner" duplicate_owner DuplicateOwner,
        "hook" hook Hook,
        "invalid" invalid Invalid,
        "missing-keep-policy" missing_keep_policy MissingKeepPolicy,
        "never-upgraded" never_upgraded NeverUpgraded,
        "resource-before-crd" resource_before_crd ResourceBeforeCrd,
        "undeclared-kind" undeclared_kind UndeclaredKind,
    }
    docs {
        "broken-link" broken_link BrokenLink,
        "broken-notes" broken_notes BrokenNotes,
        "missing-readme" missing_readme MissingReadme,
        "missing-upgrade-notes" missing_upgrade_notes MissingUpgradeNotes,
        "scaffold-leftover" scaffold_leftover ScaffoldLeftover,
        "schema-drift" schema_drift SchemaDrift,
        "stale-changelog" stale_changelog StaleChangelog,
        "stale-value" stale_value StaleValue,
        "type-conflict" type_conflict TypeConflict,
        "undeclared-value" undeclared_value UndeclaredValue,
        "undocumented-value" undocumented_value UndocumentedValue,
        "unused-value" unused_value UnusedValue,
        "version-drift" version_drift VersionDrift,
        "wrong-default" wrong_default WrongDefault,
    }
    input {
        "duplicate-key" duplicate_key DuplicateKey,
        "ignored-by-helm" ignored_by_helm IgnoredByHelm,
        "partial-analysis" partial_analysis PartialAnalysis,
        "stale-suppression" stale_suppression StaleSuppression,
        "unparsable-template" unparsable_template UnparsableTemplate,
        "unreadable-chart" unreadable_chart UnreadableChart,
        "unreadable-file" unreadable_file UnreadableFile,
    }
    maintenance {
        "dead-repository" dead_repository DeadRepository,
        "deprecated-chart" deprecated_chart DeprecatedChart,
        "deprecated-dependency" deprecated_dependency DeprecatedDependency,
        "missing-owner" missing_owner MissingOwner,
        "stale-chart" stale_chart StaleChart,
        "unreleased-changes" unreleased_changes UnreleasedChanges,
        "unversioned-chart" unversioned_chart UnversionedChart,
    }
    platform {
        "regenerated-secret" regenerated_secret RegeneratedSecret,
    }
    skew {
        "app-version-mismatch" app_version_mismatch AppVersionMismatch,
        "bad-kube-version" bad_kube_version BadKubeVersion,
        "dependency-spread" dependency_spread DependencySpread,
        "floating-range" floating_range FloatingRange,
        "immutable-field" immutable_field ImmutableField,
        "mutable-image-tag" mutable_image_tag MutableImageTag,
        "removed-api" removed_api RemovedApi,
        "stale-lock" stale_lock StaleLock,
        "unresolved-condition" unresolved_condition UnresolvedCondition,
        "vendored-mismatch" vendored_mismatch VendoredMismatch,
    }
}
