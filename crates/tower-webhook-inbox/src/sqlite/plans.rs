//! The plans of the statements depend neither on what is in the tables nor on statistics, which may be old.

use sqlx::{AssertSqlSafe, Row, raw_sql};

use super::forget::{FIND, FORGET_NEWEST, KEEP};
use super::letters::{COUNT, LETTERS, RETRY, RETRY_ALL, RETRY_KEY, STATS};
use super::order::{DUE_IN_ORDER, FILL, IS_ANY_DUE_IN_ORDER, IS_ANY_NEW, KEY, NEW};
use super::statements::{DUE, FORGET_DEAD, IS_ANY_DUE, PUT_UNKNOWN_BACK, RELEASE, SETTLE, TAKE, TAKE_OVER, UNREGISTER};
use super::tests::url;
use super::{KNOWN, SqliteStore, put};

const PENDING: [&str; 3] = [
    "Jobs idx_jobs_pending (job_type=?)",
    "Jobs idx_jobs_pending (job_type=? AND priority<?)",
    "Jobs idx_jobs_pending (job_type=? AND priority=? AND run_at<?)",
];
const IN_ORDER: [&str; 6] = [
    "delivery_order delivery_order_due (queue=?)",
    "delivery_order delivery_order_due (queue=? AND priority<?)",
    "o delivery_order_due (queue=? AND priority=? AND run_at<?)",
    "h delivery_order_held (queue=? AND key=?)",
    "n delivery_order_new (queue=? AND task<?)",
    BY_ID,
];
const BY_ID: &str = "Jobs sqlite_autoindex_Jobs_1 (id=?)";
const BY_WORKER: &str = "Jobs LIdx (lock_by=?)";
const DUE_PENDING: &str = "Jobs idx_jobs_job_type_status_run_at (job_type=? AND status=? AND run_at<?)";
const DEAD: &str = "Jobs delivery_dead (job_type=?)";
const NEW_ONES: &str = "delivery_order delivery_order_new (queue=?)";

/// Each statement, and how it finds its rows in the tables that may be large.
fn statements() -> Vec<(String, Vec<&'static str>)> {
    let keys = "delivery_keys PRIMARY KEY (queue=? AND key=?)";
    let by_key = "Jobs idx_jobs_idempotency_key (job_type=? AND idempotency_key=?)";
    let counts = vec!["Jobs idx_jobs_job_type_status_run_at (job_type=?)", DUE_PENDING];
    vec![
        (KNOWN.to_owned(), vec![by_key, keys]),
        (put::insert(3), vec![keys]),
        (IS_ANY_DUE.to_owned(), vec![DUE_PENDING]),
        ([DUE, TAKE].concat(), PENDING.to_vec()),
        (SETTLE.to_owned(), vec![BY_ID]),
        (TAKE_OVER.to_owned(), vec![BY_WORKER]),
        // Once for the statement, and once for the foreign key.
        (FORGET_DEAD.to_owned(), vec![BY_WORKER; 2]),
        (UNREGISTER.to_owned(), vec![BY_WORKER; 2]),
        (RELEASE.to_owned(), vec![BY_WORKER]),
        (PUT_UNKNOWN_BACK.to_owned(), vec![BY_WORKER]),
        (STATS.to_owned(), counts),
        (LETTERS.to_owned(), vec![DEAD]),
        (COUNT.to_owned(), vec![DEAD]),
        (RETRY.to_owned(), vec![BY_ID]),
        (RETRY_KEY.to_owned(), vec![by_key]),
        (RETRY_ALL.to_owned(), vec![DEAD]),
        (
            FIND.to_owned(),
            vec!["Jobs idx_jobs_completed_done_at (status=? AND done_at>? AND done_at<?)"],
        ),
        (KEEP.to_owned(), vec![BY_ID]),
        (
            FORGET_NEWEST.to_owned(),
            vec![
                "delivery_newest PRIMARY KEY (queue=? AND entity=?)",
                "delivery_newest delivery_newest_age (queue=? AND advanced_at<?)",
            ],
        ),
        (IS_ANY_NEW.to_owned(), vec![NEW_ONES]),
        (NEW.to_owned(), vec!["o delivery_order_new (queue=?)", BY_ID, BY_ID]),
        (KEY.to_owned(), vec!["o delivery_order_new (queue=? AND task=?)"]),
        (
            FILL.to_owned(),
            vec!["Jobs idx_jobs_job_type_status_run_at (job_type=? AND status=?)"],
        ),
        (IS_ANY_DUE_IN_ORDER.to_owned(), IN_ORDER.to_vec()),
        ([DUE_IN_ORDER, TAKE].concat(), IN_ORDER.to_vec()),
    ]
}

/// How the statement finds rows of the tables that may be large, and what it sorts.
async fn plan(store: &SqliteStore, sql: &str) -> Vec<String> {
    let explain = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}")));
    // Planned again each time.
    let rows = explain.persistent(false).fetch_all(&store.writer).await.unwrap();
    let lines = rows.iter().map(|row| row.get::<String, _>("detail"));
    let lines = lines.filter(|line| {
        // A recursion has a row for each priority. What else is scanned is bounded by a LIMIT, or is an argument.
        let is_small = [
            "Workers",
            "level",
            "due",
            "new",
            "counted",
            "(subquery",
            "json_each",
            "CONSTANT",
            "4-ROW",
        ];
        let of = line.strip_prefix("SCAN ").or_else(|| line.strip_prefix("SEARCH "));
        of.is_some_and(|of| !is_small.iter().any(|small| of.starts_with(small)))
    });
    let short = |line: String| {
        let line = line
            .replace(" USING COVERING INDEX", "")
            .replace(" USING INDEX", "")
            .replace(" USING", "");
        line.strip_prefix("SEARCH ").unwrap_or(&line).to_owned()
    };
    lines.map(short).collect()
}

/// Tasks of which one in ten waits, and nearly all others are done.
const TASKS: &str = "INSERT INTO Workers (id, worker_type, storage_name) VALUES ('one', 'webhooks', 'x'); \
     WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 20000) \
     INSERT INTO Jobs (job, id, job_type, status, run_at, lock_by, done_at, idempotency_key) \
     SELECT 'x', printf('%026d', n), 'webhooks', CASE WHEN n % 1000 = 1 THEN 'Running' WHEN n % 1000 = 2 THEN 'Killed' \
     WHEN n % 10 = 0 THEN 'Pending' ELSE 'Done' END, 1700000000 + n / 10, iif(n % 1000 = 1, 'one', NULL), \
     iif(n % 10 = 0, NULL, 1700000000 + n), printf('%064x', n * 7919) FROM n; \
     INSERT INTO delivery_order SELECT job_type, id, 'one', 1, 0, priority, run_at FROM Jobs WHERE status = 'Pending'";

/// Statistics from a time when the tables had a row, and of tables in which all rows look the same.
fn statistics(stat: &str) -> String {
    format!(
        "DELETE FROM sqlite_stat1; DELETE FROM sqlite_stat4; INSERT INTO sqlite_stat1 \
         SELECT tbl_name, name, '{stat}' FROM sqlite_schema \
         WHERE type = 'index' AND name <> 'sqlite_autoindex_Jobs_1'; \
         INSERT INTO sqlite_stat1 VALUES ('Jobs', 'sqlite_autoindex_Jobs_1', '{} 1'); ANALYZE sqlite_schema",
        stat.split(' ').next().unwrap(),
    )
}

#[tokio::test]
async fn no_plan_depends_on_the_number_of_rows_or_on_statistics() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&url(&folder)).await.unwrap();
    let states = [
        ("empty", String::new()),
        ("empty, analysed", "ANALYZE".to_owned()),
        ("full", TASKS.to_owned()),
        ("full, analysed", "ANALYZE".to_owned()),
        ("one row", statistics("1 1 1 1 1")),
        ("a million, all the same", statistics(&["1000000"; 5].join(" "))),
    ];
    for (state, sql) in states {
        raw_sql(AssertSqlSafe(sql)).execute(&store.writer).await.unwrap();
        for (statement, expected) in statements() {
            assert_eq!(plan(&store, &statement).await, expected, "{state}: {statement}");
        }
    }
}

/// What sorts has at most as many rows as a worker has room for.
#[tokio::test]
async fn nothing_but_what_is_taken_is_sorted() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&url(&folder)).await.unwrap();
    for (statement, _) in statements() {
        let explain = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}")));
        let rows = explain.fetch_all(&store.writer).await.unwrap();
        let sorts = rows
            .iter()
            .filter(|row| row.get::<&str, _>("detail").contains("TEMP B-TREE"))
            .count();
        assert_eq!(sorts, usize::from(statement.ends_with(TAKE)), "{statement}");
    }
}
