use super::fixture::Fixture;
use super::*;

const ANN: &str = "Ann <ann@example.com>";
const BEN: &str = "Ben Abbott <ben@example.com>";
const BOT: &str = "renovate[bot] <1+renovate[bot]@users.noreply.github.com>";
const DAY: i64 = 86_400;

struct Scene {
    fixture: Fixture,
    folder: tempfile::TempDir,
}

impl Scene {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { fixture: Fixture::bare(folder.path()).unwrap(), folder }
    }

    /// A chart with one template and a values file.
    fn chart(&mut self, path: &str, version: &str) -> &mut Self {
        let name = path.rsplit('/').next().unwrap();
        self.manifest(path, &format!("name: {name}\nversion: {version}\n"));
        self.fixture.write(&format!("{path}/values.yaml"), format!("chart: {name}\n"));
        self.fixture.write(&format!("{path}/templates/a.yaml"), "a: 1\n");
        self
    }

    fn manifest(&mut self, path: &str, text: &str) -> &mut Self {
        self.fixture.write(&format!("{path}/Chart.yaml"), text);
        self
    }

    fn commit(&mut self, day: i64, author: &str) -> String {
        self.fixture.commit(day * DAY, author, &format!("day {day}")).unwrap()
    }

    fn walk(&self, charts: &[&str]) -> History {
        let repository = self.fixture.open().unwrap();
        let head = repository.head().unwrap();
        let charts: Vec<_> = charts.iter().map(|path| ChartFolder { path }).collect();
        walk(&repository, &head, &charts).unwrap()
    }

    fn one(&self, chart: &str) -> ChartHistory {
        self.walk(&[chart]).charts.remove(0)
    }
}

fn days(changes: &[Change]) -> Vec<(i64, ChangeKind)> {
    changes.iter().map(|change| (change.time / DAY, change.kind)).collect()
}

fn day(change: Option<&Change>) -> Option<i64> {
    change.map(|change| change.time / DAY)
}

#[test]
fn readme_and_tests_touch_a_chart_and_are_no_content() {
    let mut scene = Scene::new();
    scene.chart("charts/web", "1.0.0").commit(1, ANN);
    scene
        .fixture
        .write("charts/web/README.md", "hello")
        .write("charts/web/ci/a-values.yaml", "a: 1");
    scene.commit(2, BEN);
    scene.fixture.write("other/file", "x");
    scene.commit(3, BEN);
    let web = scene.one("charts/web");
    assert_eq!(day(web.last_change.as_ref()), Some(2));
    assert_eq!(days(&web.changes), [(1, ChangeKind::Human)]);
    assert_eq!((web.created, web.complete, web.present), (Some(DAY), true, true));
}

#[test]
fn a_bot_and_a_bulk_edit_are_no_human_change() {
    let mut scene = Scene::new();
    let charts = ["c/a", "c/b", "c/c", "c/d", "c/e", "c/f"];
    scene.chart("c/a", "1.0.0").commit(1, ANN);
    for chart in charts.iter().skip(1) {
        scene.chart(chart, "1.0.0");
    }
    scene.commit(2, ANN);
    scene.fixture.write("c/a/values.yaml", "image: 2");
    scene.commit(3, BOT);
    for chart in charts {
        scene.fixture.write(&format!("{chart}/values.yaml"), "bulk: true");
    }
    scene.commit(4, BEN);
    let history = scene.walk(&charts);
    let a = &history.charts[0];
    assert_eq!(
        days(&a.changes),
        [(4, ChangeKind::Bulk), (3, ChangeKind::Bot), (1, ChangeKind::Human)]
    );
    assert_eq!(day(a.last_human_change.as_ref()), Some(1));
    assert_eq!(
        day(history.charts[1].last_human_change.as_ref()),
        Some(2),
        "five charts are no bulk"
    );
    let names: Vec<_> = a.contributors.iter().map(|person| person.name.as_str()).collect();
    assert_eq!(names, ["Ben Abbott", "Ann"], "people only, newest first");
}

#[test]
fn trailers_name_contributors() {
    let mut scene = Scene::new();
    scene.chart("web", "1.0.0");
    let message = "Add\n\nCo-authored-by: Cleo <CLEO@example.com>\n\nmore\nSigned-off-by: Ann <ann@example.com>\n\
                   co-authored-by: dependabot[bot] <support@github.com>\n";
    scene.fixture.commit(DAY, ANN, message).unwrap();
    let web = scene.one("web");
    let people: Vec<_> =
        web.contributors.iter().map(|person| (person.name.as_str(), person.commits)).collect();
    assert_eq!(people, [("Cleo", 1), ("Ann", 1)]);
    assert_eq!(web.changes[0].summary, "Add");
}

#[test]
fn a_renamed_folder_is_followed() {
    let mut scene = Scene::new();
    scene.chart("old/web", "1.0.0").chart("old/db", "1.0.0").commit(1, ANN);
    scene.chart("old/web", "1.1.0").commit(2, BEN);
    scene.fixture.rename("old", "charts");
    scene.commit(3, BEN);
    scene.fixture.rename("charts/web", "charts/site").write("charts/site/values.yaml", "b: 2");
    scene.commit(4, ANN);
    let history = scene.walk(&["charts/site", "charts/db"]);
    let site = &history.charts[0];
    assert_eq!(
        days(&site.changes),
        [(4, ChangeKind::Human), (1, ChangeKind::Human)],
        "version alone, moves alone"
    );
    assert_eq!(day(site.last_change.as_ref()), Some(4));
    assert_eq!(site.created, Some(DAY));
    let releases: Vec<_> = site
        .releases
        .iter()
        .map(|r| (r.version.as_str(), r.folder.as_str(), r.introduced.time / DAY))
        .collect();
    assert_eq!(releases, [("1.1.0", "charts/site", 2), ("1.0.0", "old/web", 1)]);
    assert_eq!(day(history.charts[1].last_change.as_ref()), Some(3));
    assert_eq!(days(&history.charts[1].changes), [(1, ChangeKind::Human)]);
}

#[test]
fn a_merge_counts_where_it_differs_from_every_parent() {
    let mut scene = Scene::new();
    let base = scene.chart("web", "1.0.0").chart("db", "1.0.0").commit(1, ANN);
    scene.fixture.write("web/values.yaml", "side: 1");
    let side = scene.commit(2, BEN);
    scene.fixture.checkout(&base).unwrap();
    scene.fixture.write("db/values.yaml", "main: 1");
    scene.commit(3, ANN);
    scene.fixture.write("web/values.yaml", "side: 1");
    scene.fixture.merge(&side, 4 * DAY, ANN).unwrap();
    let history = scene.walk(&["web", "db"]);
    assert_eq!(days(&history.charts[0].changes), [(2, ChangeKind::Human), (1, ChangeKind::Human)]);
    assert_eq!(days(&history.charts[1].changes), [(3, ChangeKind::Human), (1, ChangeKind::Human)]);
    let unreleased = history.charts[0].unreleased_since().unwrap();
    assert_eq!(
        (unreleased.first.time / DAY, unreleased.changes),
        (4, 1),
        "it landed with the merge"
    );

    scene.fixture.write("web/values.yaml", "evil: 1");
    let side = scene.fixture.checkout(&side).unwrap().commit(5 * DAY, BEN, "Side").unwrap();
    scene.fixture.write("web/values.yaml", "evil: 1");
    scene.fixture.merge(&side, 6 * DAY, ANN).unwrap();
    assert_eq!(day(scene.one("web").last_change.as_ref()), Some(6));
}

#[test]
fn a_revert_leaves_nothing_unreleased() {
    let mut scene = Scene::new();
    scene.chart("web", "1.0.0").commit(1, ANN);
    assert!(scene.one("web").unreleased_since().is_none());
    scene.fixture.write("web/templates/a.yaml", "a: 2");
    scene.commit(2, ANN);
    scene.fixture.write("web/crds/b.yaml", "b: 2");
    scene.commit(3, ANN);
    let unreleased = scene.one("web").unreleased_since().cloned().unwrap();
    assert_eq!(
        (unreleased.bump.time / DAY, unreleased.first.time / DAY, unreleased.changes),
        (1, 2, 2)
    );
    scene.fixture.write("web/templates/a.yaml", "a: 1\n").remove("web/crds");
    scene.commit(4, ANN);
    assert!(scene.one("web").unreleased_since().is_none());
    assert_eq!(scene.one("web").changes.len(), 4);
}

#[test]
fn the_previous_release_is_the_last_commit_of_an_earlier_version() {
    let mut scene = Scene::new();
    scene.chart("web", "v1.0").commit(1, ANN);
    scene.fixture.write("web/values.yaml", "late: fix");
    let last = scene.commit(2, ANN);
    scene.chart("web", "1.1.0-rc.1").commit(3, ANN);
    scene.chart("web", "1.1.0").commit(4, ANN);
    let web = scene.one("web");
    let versions: Vec<_> = web.releases.iter().map(|release| release.version.as_str()).collect();
    assert_eq!(versions, ["1.1.0", "1.1.0-rc.1", "v1.0"]);
    let previous = web.previous_release("1.1.0").unwrap();
    assert_eq!((previous.version.as_str(), previous.last.id.as_str()), ("v1.0", last.as_str()));
    assert_eq!(previous.introduced.time, DAY);
    assert!(web.previous_release("1.0.0").is_none());
}

#[test]
fn deprecation_and_app_version_have_a_date() {
    let mut scene = Scene::new();
    let text = |version, rest| format!("name: web\nversion: {version}\nappVersion: \"{rest}\n");
    scene.manifest("web", &text("1.0.0", "1.2\" # kept")).commit(1, ANN);
    scene.manifest("web", &text("1.0.1", "1.2\"\ndeprecated: true")).commit(2, ANN);
    scene.manifest("web", &text("1.0.2", "1.2\"\ndeprecated: true\nicon: x")).commit(3, ANN);
    let web = scene.one("web");
    assert_eq!((web.deprecated_since(), web.app_version_since()), (Some(2 * DAY), Some(DAY)));
    assert_eq!(web.releases[0].app_version.as_deref(), Some("1.2"));
    assert!(web.releases[0].deprecated && !web.releases[2].deprecated);
    scene.manifest("web", &text("1.0.3", "1.3\"")).commit(4, ANN);
    let web = scene.one("web");
    assert_eq!((web.deprecated_since(), web.app_version_since()), (None, Some(4 * DAY)));
}

#[test]
fn a_shallow_clone_knows_nothing_beyond_its_boundary() {
    let mut scene = Scene::new();
    scene.chart("web", "1.0.0").commit(1, ANN);
    let boundary = scene.chart("db", "1.0.0").commit(2, ANN);
    scene.chart("new", "1.0.0").commit(3, ANN);
    scene.fixture.write("db/values.yaml", "x: 1");
    scene.commit(4, BOT);
    std::fs::write(scene.folder.path().join("shallow"), format!("{boundary}\n")).unwrap();
    let history = scene.walk(&["web", "db", "new"]);
    assert!(history.shallow);
    let [web, db, new] = history.charts.as_slice() else { panic!("three charts") };
    assert_eq!((web.complete, web.last_change.as_ref(), web.created), (false, None, None));
    assert_eq!(
        (db.complete, day(db.last_change.as_ref()), db.last_human_change.as_ref()),
        (false, Some(4), None)
    );
    assert_eq!((new.complete, day(new.last_human_change.as_ref())), (true, Some(3)));
    assert_eq!((web.releases.len(), web.unreleased_since()), (1, None));
}

#[test]
fn absent_objects_make_a_history_incomplete_and_never_fail() {
    let mut scene = Scene::new();
    let first = scene.chart("web", "1.0.0").commit(1, ANN);
    scene.fixture.write_absent("web/crds/big.yaml").write_absent("web/values.yaml");
    scene.commit(2, ANN);
    let web = scene.one("web");
    assert_eq!(
        (web.complete, days(&web.changes).len()),
        (true, 2),
        "blobs are compared by their names"
    );
    scene.fixture.write_absent("web/Chart.yaml");
    scene.commit(3, ANN);
    assert_eq!(day(scene.one("web").last_content_change.as_ref()), Some(3));
    let object = scene.folder.path().join("objects").join(&first[..2]).join(&first[2..]);
    std::fs::remove_file(object).unwrap();
    let web = scene.one("web");
    assert_eq!((web.complete, day(web.last_change.as_ref()), web.created), (false, Some(3), None));
}

#[test]
fn a_chart_within_templates_is_not_content_and_one_within_charts_is() {
    let mut scene = Scene::new();
    scene
        .chart("web", "1.0.0")
        .chart("web/templates/inner", "1.0.0")
        .chart("web/charts/sub", "1.0.0");
    scene.commit(1, ANN);
    scene.fixture.write("web/templates/inner/values.yaml", "x: 1");
    scene.commit(2, ANN);
    let charts = ["web", "web/templates/inner", "web/charts/sub"];
    let history = scene.walk(&charts);
    assert_eq!(days(&history.charts[0].changes), [(1, ChangeKind::Human)]);
    assert_eq!(days(&history.charts[1].changes).len(), 2);
    scene.fixture.write("web/charts/sub/values.yaml", "x: 1");
    scene.commit(3, ANN);
    let history = scene.walk(&charts);
    assert_eq!(days(&history.charts[0].changes).len(), 2);
    assert_eq!(days(&history.charts[2].changes).len(), 2);
}

#[test]
fn a_chart_at_the_root_and_one_without_history() {
    let mut scene = Scene::new();
    scene.fixture.write("Chart.yaml", "name: root\nversion: 1.0.0\n").write("values.yaml", "a: 1");
    scene.commit(1, ANN);
    scene.fixture.write("README.md", "x");
    scene.commit(2, ANN);
    let history = scene.walk(&["", "charts/uncommitted"]);
    assert_eq!(day(history.charts[0].last_change.as_ref()), Some(2));
    assert_eq!(days(&history.charts[0].changes), [(1, ChangeKind::Human)]);
    assert!(!history.charts[1].present && history.charts[1].last_change.is_none());
}

#[test]
fn references_resolve_and_say_what_to_do() {
    let mut scene = Scene::new();
    let first = scene.chart("web", "1.0.0").commit(1, ANN);
    let second = scene.chart("web", "1.0.1").commit(2, ANN);
    scene.fixture.refer("refs/tags/web-1.0.0", &first).unwrap();
    let repository = scene.fixture.open().unwrap();
    assert_eq!(repository.resolve("web-1.0.0").unwrap().id, first);
    assert_eq!(repository.resolve("HEAD~1").unwrap(), Commit { id: first, time: DAY });
    assert_eq!(repository.resolve(&second[..10]).unwrap().id, second);
    let error = repository.resolve("nowhere").unwrap_err().to_string();
    assert!(error.starts_with("`nowhere` names no commit here: "), "{error}");
    assert!(!repository.is_shallow());
    assert!(Repository::open(std::path::Path::new("/nonexistent/place")).is_err());
}

#[test]
fn an_empty_repository_has_no_head() {
    let scene = Scene::new();
    let error = scene.fixture.open().unwrap().head().unwrap_err();
    assert!(matches!(error, HistoryError::Empty), "{error}");
}

#[test]
fn the_remote_is_told_without_its_password() {
    let scene = Scene::new();
    let config = "[core]\n\trepositoryformatversion = 0\n\tbare = true\n[remote \"origin\"]\n\turl = https://u:secret@example.com/a/b.git\n";
    std::fs::write(scene.folder.path().join("config"), config).unwrap();
    let url = scene.fixture.open().unwrap().remote_url();
    assert_eq!(url.as_deref(), Some("https://example.com/a/b.git"));
}

#[test]
fn discovery_finds_the_enclosing_repository() {
    let folder = tempfile::tempdir().unwrap();
    assert!(Repository::discover(folder.path()).unwrap().is_none());
    gix::init(folder.path()).unwrap();
    let below = folder.path().join("charts/web");
    std::fs::create_dir_all(&below).unwrap();
    let (_, path) = Repository::discover(&below).unwrap().unwrap();
    assert_eq!(path, "charts/web");
    let (_, path) = Repository::discover(folder.path()).unwrap().unwrap();
    assert_eq!(path, "");
}

#[test]
fn one_thread_and_two_give_the_same() {
    let mut scene = Scene::new();
    for round in 0..200 {
        scene.chart(&format!("c/{}", round % 7), &format!("1.0.{round}"));
        scene.fixture.write(&format!("c/{}/values.yaml", round % 7), format!("v: {round}"));
        scene.commit(round + 1, if round % 3 == 0 { BOT } else { ANN });
    }
    let charts = ["c/0", "c/1", "c/2", "c/3", "c/4", "c/5", "c/6"];
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let repository = scene.fixture.open().unwrap();
        let head = repository.head().unwrap();
        let charts: Vec<_> = charts.iter().map(|path| ChartFolder { path }).collect();
        format!("{:?}", pool.install(|| walk(&repository, &head, &charts).unwrap()))
    };
    assert_eq!(with(1), with(2));
}

#[test]
fn people_whose_names_end_like_a_robots_are_people() {
    for (name, email) in [
        ("Ben Abbott", "ben@abbott.example"),
        ("Adam Talbot", "adam.talbot@example.com"),
        ("Sylvain Rabot", "sylvain@example.fr"),
        ("Travis Cline", "travis@example.com"),
        ("Chirica", "botzill@users.noreply.github.com"),
    ] {
        assert!(!is_bot(name, email), "{name}");
    }
    for (name, email) in [
        ("renovate[bot]", "29139614+renovate[bot]@users.noreply.github.com"),
        ("Renovate Bot", "renovate@example.org"),
        ("jetstack-bot", "32282838+jetstack-bot@users.noreply.github.com"),
        ("Kubernetes Prow Robot", "k8s-ci-robot@users.noreply.github.com"),
        ("GitHub Actions", "action@github.com"),
        ("chart-bot", "160046936+charts-bot[bot]@users.noreply.github.com"),
    ] {
        assert!(is_bot(name, email), "{name}");
    }
}

#[test]
fn a_path_beyond_the_depth_limit_is_unknown_and_not_unchanged() {
    let mut scene = Scene::new();
    let deep = "d/".repeat(MAX_PATH_DEPTH) + "web";
    let shallow = "d/".repeat(MAX_PATH_DEPTH - 1) + "web";
    scene.chart(&deep, "1.0.0").chart(&shallow, "1.0.0").commit(1, ANN);
    let history = scene.walk(&[&deep, &shallow]);
    assert!(!history.charts[0].complete && history.charts[0].last_change.is_none());
    assert!(history.charts[1].complete && history.charts[1].last_change.is_some());
}
