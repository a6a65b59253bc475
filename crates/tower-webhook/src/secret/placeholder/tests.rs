use super::*;
use crate::error::SecretFault::{NoValue, Placeholder, Quoted, Surrounded, Template, Utf16};

#[test]
fn common_placeholders_are_found() {
    for secret in [
        "changeme",
        "change-me",
        "CHANGE_ME",
        "Change.Me!",
        "changethis",
        "replace-me",
        "secret",
        "Secret1",
        "my-secret",
        "mysecret",
        "your-secret",
        "your_webhook_secret",
        "your_webhook_signing_secret",
        "YOUR SIGNING SECRET HERE",
        "put_your_secret_here",
        "supersecret",
        "super-secret-key",
        "webhook_secret",
        "todo",
        "TODO",
        "tbd",
        "test",
        "test123",
        "testing",
        "test-secret",
        "example",
        "example_secret",
        "password",
        "password123",
        "passw0rd",
        "dummy",
        "foobar",
        "placeholder",
        "insert-secret-here",
        "knowrithm-secret",
        "xxxx",
        "XXXXXXXXXXXXXXXX",
        "****",
        "...",
        "0000",
        "123",
        "123456",
        "1234567890",
    ] {
        assert_eq!(fault(secret.as_bytes()), Some(Placeholder), "{secret:?}");
    }
}

#[test]
fn templates_missing_values_and_damage_are_found() {
    for (secrets, wanted) in [
        (
            &[
                "${SECRET}",
                "${KNOWRITHM_WEBHOOK_SECRET:-}",
                "${{ secrets.WEBHOOK }}",
                "$SECRET",
                "$WEBHOOK_SECRET_2",
                "%SECRET%",
                "{{secret}}",
                "{{ .Values.secret }}",
                "<secret>",
                "<your secret here>",
                "<REDACTED>",
                "${}",
            ][..],
            Template,
        ),
        (
            &[
                "undefined",
                "null",
                "NULL",
                "None",
                "nil",
                "<nil>",
                "NaN",
                "nan",
                "(null)",
                "[object Object]",
            ],
            NoValue,
        ),
        (
            &["\"whk_4f1d\"", "'whk_4f1d'", "`whk_4f1d`", "\"\"", "\"changeme\""],
            Quoted,
        ),
        (
            &[
                " whk_4f1d",
                "whk_4f1d ",
                "whk_4f1d\n",
                "whk_4f1d\r",
                "\twhk_4f1d",
                "\u{feff}whk_4f1d",
                "whk_4f1d\u{200b}",
                "whk_4f1d\0",
                "\"whk_4f1d\" ",
                "\u{a0}whk_4f1d",
                "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n",
                "changeme\n",
            ],
            Surrounded,
        ),
    ] {
        for secret in secrets {
            assert_eq!(fault(secret.as_bytes()), Some(wanted), "{secret:?}");
        }
    }
    for secret in [
        &b"\xff\xfew\0h\0k\0"[..],
        b"\xfe\xff\0w\0h\0k",
        b"\xff\xfew\0h\0\r\0\n\0",
        b"\xff\xfew\0\r\0\n\0\r\0",
    ] {
        assert_eq!(fault(secret), Some(Utf16), "{secret:?}");
    }
}

#[test]
fn a_secret_that_only_resembles_a_placeholder_has_no_fault() {
    for secret in [
        "s",
        "0ld",
        "hush",
        "whk_4f1d",
        "whk_test",
        "whk_xxxx",
        "whsec_secret",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "correct horse battery staple",
        "secretary",
        "testify",
        "tests",
        "changeling",
        "nullify",
        "undefined_",
        "nonesuch",
        "$2b$12$KIXQ",
        "$abc",
        "$1AB",
        "%41%42%",
        "a${SECRET}",
        "{secret}",
        "\"quoted\" once",
        "it's",
        "\"",
        "<a|b>",
        "1235",
        "xxxy",
        "aa",
        "secret12345",
        "test-4f1d",
        "1",
        "-",
        "\u{1f511}\u{1f511}\u{1f511}",
    ] {
        assert_eq!(fault(secret.as_bytes()), None, "{secret:?}");
    }
    for secret in [
        &b"\xff"[..],
        b"\xff ",
        b"\x01\x02 ",
        b"\"\x01\"",
        b"\xff\xfe\0\xd8",
        b"\xff\xfe\x01\x02",
        b"\xff\xfew\x01h\0",
        b"secret\x80",
    ] {
        assert_eq!(fault(secret), None, "{secret:?}");
    }
}

#[test]
fn a_decoded_key_has_no_fault_at_its_ends() {
    for key in [&b"key "[..], b"\"key\"", b"\xff\xfek\0"] {
        assert_eq!(fault_of_key(key), None, "{key:?}");
    }
    assert_eq!(fault_of_key(b"changeme"), Some(Placeholder));
    assert_eq!(fault_of_key(b"${SECRET}"), Some(Template));
    assert_eq!(fault_of_key(b"undefined"), Some(NoValue));
}

#[test]
fn the_search_for_words_is_bounded() {
    assert_eq!(fault("test".repeat(16).as_bytes()), Some(Placeholder));
    assert_eq!(fault("test".repeat(16_000).as_bytes()), None);
    // Words that other words begin with, in a text that does not end as one.
    assert_eq!(
        fault(format!("{}?", "testtestingwebhookwebhooks".repeat(2)).as_bytes()),
        None
    );
}

#[test]
fn words_are_in_order_and_in_lower_case() {
    assert!(WORDS.is_sorted());
    for list in [WORDS, NO_VALUES] {
        assert!(list.iter().all(|word| word.to_ascii_lowercase() == *word));
    }
}
