//! The receiver for many tenants: what it looks up, what it remembers, and what it answers when the database does not.
#![cfg(unix)]

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output, Stdio};

use bytes::Bytes;
use http::{Request, Response};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, SqliteConnection};
use tempfile::TempDir;
use tower_webhook::SigningSecret;
use tower_webhook::sign::Signer;
use tower_webhook::test::TestBody;

use super::child::{Receiver, refusal, tenants};
use super::curl::has_curl;
use crate::sockets::client::Protocol;
use crate::support::EVENT;

/// A database of one test, with a tenant `acme` in it whose secret `spring` is `whk_spring`.
struct Database {
    folder: TempDir,
}

impl Database {
    fn new() -> Self {
        let database = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        assert_eq!(
            database.add(&["acme", "spring"], "whk_spring"),
            "Added spring to acme\n"
        );
        database
    }

    fn url(&self) -> String {
        format!("sqlite://{}", self.folder.path().join("tenants.db").display())
    }

    fn start(&self) -> Receiver {
        Receiver::start(tenants(&self.url()))
    }

    /// Adds a secret, as an operator does; what is printed.
    fn add(&self, arguments: &[&str], secret: &str) -> String {
        let output = self.try_add(arguments, secret);
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn try_add(&self, arguments: &[&str], secret: &str) -> Output {
        let mut command = tenants(&self.url());
        command.arg("--add").args(arguments);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // It may have read enough of its arguments to read nothing else.
        let _ = child.stdin.take().unwrap().write_all(secret.as_bytes());
        child.wait_with_output().unwrap()
    }

    async fn connect(&self) -> SqliteConnection {
        let options = SqliteConnectOptions::new().filename(self.folder.path().join("tenants.db"));
        options.connect().await.unwrap()
    }
}

async fn execute(connection: &mut SqliteConnection, statement: &'static str) {
    sqlx::raw_sql(statement).execute(connection).await.unwrap();
}

async fn post(receiver: &Receiver, tenant: &str, secret: &str) -> Response<Bytes> {
    let signer = Signer::knowrithm(&SigningSecret::new(secret).unwrap());
    let request = Request::post(format!("/webhooks/{tenant}")).body(EVENT).unwrap();
    let request = signer.sign(request).map(TestBody::one);
    Protocol::Http1.send(receiver.address, request).await.unwrap()
}

async fn answer(receiver: &Receiver, tenant: &str, secret: &str) -> (u16, String) {
    let response = post(receiver, tenant, secret).await;
    let body = String::from_utf8(response.body().to_vec()).unwrap();
    (response.status().as_u16(), body)
}

fn success(key: &str) -> (u16, String) {
    (200, format!(r#"{{"status":"success","key":"{key}"}}"#))
}

fn refused() -> (u16, String) {
    (403, String::new())
}

fn forget(receiver: &Receiver) {
    receiver.signal("HUP");
    assert_eq!(receiver.line(), "Forgot the secrets that were cached");
}

#[test]
fn the_first_start_makes_a_database_and_prints_a_command_that_works() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tenants.db");
    let url = format!("sqlite://{}", path.display());
    {
        let receiver = Receiver::start(tenants(&url));
        let [_, _, command, _] = receiver.lines();
        assert!(command.starts_with("curl "), "{command}");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        if has_curl() {
            for (command, status) in [
                (&command, "200 OK"),
                (&command.replace("John", "Jane"), "403 Forbidden"),
            ] {
                let output = Command::new("sh").args(["-c", command]).output().unwrap();
                let answer = String::from_utf8(output.stdout).unwrap();
                assert!(answer.contains(&format!("HTTP/1.1 {status}")), "{answer}");
                assert_eq!(answer.ends_with(&success("first").1), status == "200 OK", "{answer}");
            }
        }
    }
    // What comes after the greeting is this, and no second tenant.
    forget(&Receiver::start(tenants(&url)));
}

#[tokio::test]
async fn a_secret_takes_over_from_another_until_that_expires() {
    let database = Database::new();
    let receiver = database.start();
    assert_eq!(answer(&receiver, "acme", "whk_spring").await, success("spring"));
    assert_eq!(answer(&receiver, "acme", "whk_summer").await, refused());

    let said = database.add(&["acme", "summer"], "whk_summer\r\n");
    assert!(said.contains("accepted for 24 more hours"), "{said}");
    forget(&receiver);
    assert_eq!(answer(&receiver, "acme", "whk_summer").await, success("summer"));
    assert_eq!(answer(&receiver, "acme", "whk_spring").await, success("spring"));

    // Those before have no hour left.
    database.add(&["acme", "autumn", "0"], "whk_autumn");
    forget(&receiver);
    assert_eq!(answer(&receiver, "acme", "whk_autumn").await, success("autumn"));
    for secret in ["whk_summer", "whk_spring"] {
        assert_eq!(answer(&receiver, "acme", secret).await, refused(), "{secret}");
    }
    // Nor does a longer time give them one back.
    database.add(&["acme", "winter", "48"], "whk_winter");
    forget(&receiver);
    assert_eq!(answer(&receiver, "acme", "whk_autumn").await, success("autumn"));
    assert_eq!(answer(&receiver, "acme", "whk_summer").await, refused());
}

#[tokio::test]
async fn tenants_have_secrets_of_their_own_and_the_unknown_look_like_others() {
    let database = Database::new();
    database.add(&["umbrella", "spring"], "whk_umbrella");
    let receiver = database.start();
    assert_eq!(answer(&receiver, "umbrella", "whk_umbrella").await, success("spring"));

    let mut expired = database.connect().await;
    let expire = "INSERT INTO secrets (tenant, label, secret, not_after) VALUES ('gone', 'spring', 'whk_spring', 1)";
    execute(&mut expired, expire).await;

    let seen = |mut response: Response<Bytes>| {
        response.headers_mut().remove("date");
        (response.status(), response.headers().clone(), response.into_body())
    };
    let mismatch = seen(post(&receiver, "acme", "whk_umbrella").await);
    assert_eq!((mismatch.0.as_u16(), &mismatch.2[..]), (403, &b""[..]));
    let longest = "a".repeat(64);
    for unknown in [
        "nobody",
        "gone",
        "ACME",
        "acme%20",
        "%61cme",
        "..",
        "acme'--",
        &longest,
        &format!("{longest}a"),
    ] {
        // Looked up, and then remembered.
        for _ in 0..2 {
            assert_eq!(
                seen(post(&receiver, unknown, "whk_spring").await),
                mismatch,
                "{unknown}"
            );
        }
    }
    assert_eq!(post(&receiver, "acme/more", "whk_spring").await.status(), 404);
}

#[tokio::test]
async fn while_the_database_is_locked_what_was_looked_up_counts() {
    let database = Database::new();
    database.add(&["umbrella", "spring"], "whk_umbrella");
    let receiver = database.start();
    assert_eq!(answer(&receiver, "acme", "whk_spring").await, success("spring"));
    assert_eq!(answer(&receiver, "nobody", "whk_spring").await, refused());

    let mut locking = database.connect().await;
    execute(&mut locking, "BEGIN EXCLUSIVE").await;
    assert_eq!(answer(&receiver, "acme", "whk_spring").await, success("spring"));
    assert_eq!(answer(&receiver, "nobody", "whk_spring").await, refused());
    // What cannot be a tenant is not looked up.
    assert_eq!(answer(&receiver, "NOBODY", "whk_spring").await, refused());

    let response = post(&receiver, "umbrella", "whk_umbrella").await;
    assert_eq!(response.status(), 503);
    assert_eq!(response.headers()["retry-after"], "10");
    assert_eq!(response.body(), "");
    let complaint = receiver.complaint();
    assert!(complaint.starts_with("A look-up fails, "), "{complaint}");
    assert_eq!(answer(&receiver, "somebody", "whk_spring").await, (503, String::new()));

    // The failure was not remembered.
    execute(&mut locking, "ROLLBACK").await;
    assert_eq!(answer(&receiver, "umbrella", "whk_umbrella").await, success("spring"));
}

#[tokio::test]
async fn a_secret_that_cannot_be_used_is_left_out_and_strangers_cannot_fill_the_log() {
    let database = Database::new();
    database.add(&["acme", "summer"], "whk_summer");
    let mut blanking = database.connect().await;
    execute(
        &mut blanking,
        "PRAGMA ignore_check_constraints = ON; UPDATE secrets SET secret = char(9) WHERE label = 'summer'",
    )
    .await;
    let receiver = database.start();
    assert_eq!(answer(&receiver, "acme", "whk_spring").await, success("spring"));
    let complaint = receiver.complaint();
    assert_eq!(complaint, "Secret summer of acme cannot be used, and is left out");

    execute(&mut blanking, "UPDATE secrets SET secret = ' '").await;
    for _ in 0..5 {
        forget(&receiver);
        assert_eq!(post(&receiver, "acme", "whk_spring").await.status(), 503);
        assert_eq!(answer(&receiver, "nobody", "whk_spring").await, refused());
    }
    // One in a while is enough.
    assert_eq!(receiver.last_complaints(), Vec::<String>::new());
}

#[tokio::test]
async fn a_broken_database_is_no_reason_to_refuse_for_good() {
    let database = Database::new();
    let receiver = database.start();
    let mut breaking = database.connect().await;
    // No secret that can be used, and then no secrets at all.
    for statement in [
        "PRAGMA ignore_check_constraints = ON; UPDATE secrets SET secret = ' '",
        "DROP TABLE secrets",
    ] {
        execute(&mut breaking, statement).await;
        let response = post(&receiver, "acme", "whk_spring").await;
        assert_eq!(response.status(), 503, "{statement}");
        assert_eq!(response.headers()["retry-after"], "10", "{statement}");
    }
    assert!(receiver.complaint().starts_with("A look-up fails, "));
}

#[test]
fn what_cannot_be_added_is_named_and_no_secret_is() {
    let database = Database::new();
    for (arguments, secret, named) in [
        (&["acme", "spring"][..], "whk_hush", "acme cannot have a secret spring"),
        (&["Acme", "summer"], "whk_hush", "a-z"),
        (&["", "summer"], "whk_hush", "a-z"),
        (&["acme", "summer"], " \n", "the secret on stdin"),
        (&["acme", "summer"], "", "the secret on stdin"),
        (&["acme", "summer", "-1"], "whk_hush", "usage: "),
        (&["acme"], "whk_hush", "usage: "),
    ] {
        let output = database.try_add(arguments, secret);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
        assert!(said.contains(named), "{arguments:?}: {said}");
        assert!(!said.contains("whk_hush"), "{arguments:?}: {said}");
    }
}

#[test]
fn a_database_that_cannot_be_opened_is_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("text"),
        "no database, but a text of some length".repeat(100),
    )
    .unwrap();
    for name in ["missing/tenants.db", "text"] {
        let url = format!("sqlite://{}", folder.path().join(name).display());
        assert!(refusal(tenants(&url)).contains(&url), "{name}");
    }
    for url in ["sqlite::memory:", "postgres://localhost/test", ""] {
        let said = refusal(tenants(url));
        assert!(
            said.contains("DATABASE_URL") && said.contains("sqlite://tenants.db"),
            "{said}"
        );
    }
}

#[test]
fn it_ends_when_it_is_told_to() {
    let database = Database::new();
    for signal in ["TERM", "INT"] {
        let mut receiver = database.start();
        receiver.signal(signal);
        assert_eq!(receiver.end().code(), Some(0), "{signal}");
    }
}
