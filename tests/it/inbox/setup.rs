//! The environment of the example.

use super::process::Inbox;

#[test]
fn an_unusable_variable_is_named_and_the_process_does_not_start() {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite://{}", folder.path().join("inbox.db").display());
    for (name, value) in [
        ("DATABASE_URL", "mysql://root:a_password@127.0.0.1/test"),
        ("DATABASE_URL", "postgres://postgres:a_password@127.0.0.1:1/none"),
        ("DATABASE_URL", "redis://:a_password@127.0.0.1:1"),
        ("DATABASE_URL", "sqlite:///no/such/folder/inbox.db"),
        ("DATABASE_URL", "sqlite::memory:"),
        ("BOARD", "5001"),
        ("WORK_MS", "-1"),
        ("WORK_MS", "a_password"),
        ("RETRY_MS", "soon"),
        ("FAIL_RATE", "1.5"),
        ("FAIL_RATE", "NaN"),
        ("KEEP_DAYS", "6"),
        ("KEEP_DAYS", "-7"),
        ("REMEMBER_DAYS", "29"),
        ("REMEMBER_DAYS", "ever"),
        ("EFFECTS", "/no/such/folder/effects"),
    ] {
        let mut command = Inbox::new(&database, folder.path()).command();
        command.env(name, value);
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{name}={value}");
        assert_eq!(output.stdout, b"", "{name}={value}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(name), "{name}={value}: {said}");
        assert!(!said.contains("a_password"), "{said}");
    }
}
