//! The secrets that a verifier takes, and those that it does not.

use tower_webhook::{ConfigError, Keys, PerRequest, Rejection, Secrets, SecretsHandle, SigningSecret, Verifier};

use crate::contract::form::{OTHER_FORMS, WAYS, secret};
use crate::contract::provider::{self, named_secret};
use crate::contract::sources::{Answer, Source};
use crate::support::EVENT;

/// Its bytes sign nothing, in whichever way it came; the contract has the same of requests.
#[test]
fn a_secret_of_another_form_matches_nothing() {
    for of in provider::ALL.into_iter().filter(|of| of.decodes_secret()) {
        for (way, verifier) in WAYS {
            for text in OTHER_FORMS {
                let headers = of.sign_with_bytes(&secret(text), EVENT);
                let verifier = verifier(of, text);
                let what = format!("{of:?}, {way}: {text}");

                let at_once = verifier.verify(&headers, EVENT);
                assert_eq!(at_once.unwrap_err(), Rejection::SignatureMismatch, "{what}");
                let mut verification = verifier.begin(&headers).unwrap();
                verification.update(EVENT.as_bytes()).unwrap();
                assert_eq!(verification.finish(), Err(Rejection::SignatureMismatch), "{what}");
            }
        }
    }
}

#[test]
fn a_secret_of_another_form_is_refused_wherever_it_stands() {
    let good = || named_secret("primary");
    let refused = |keys: Keys| matches!(Verifier::standard_webhooks(keys), Err(ConfigError::MalformedWhsec));
    for text in OTHER_FORMS {
        let bad = || secret(text);
        let sets: [fn(SigningSecret, SigningSecret) -> Secrets; 4] = [
            |_, bad| bad.into(),
            |good, bad| Secrets::new(good).and(bad),
            |good, bad| Secrets::new(bad).and(good),
            |good, bad| Secrets::new(good).and(named_secret("second")).and(bad),
        ];
        for set in sets.map(|set| set(good(), bad())) {
            assert!(refused(set.clone().into()), "{text}: {set:?}");
            assert!(
                refused(SecretsHandle::new(set.clone()).into()),
                "{text}: {set:?} in a handle"
            );
        }
    }
    let good = Secrets::new(good()).and(named_secret("second"));
    assert!(!refused(good.clone().into()));
    assert!(!refused(SecretsHandle::new(good).into()));
}

#[test]
#[should_panic = "the secrets of this verifier are those of its handle"]
fn a_handle_s_secrets_are_added_to_the_handle() {
    drop(Verifier::knowrithm(SecretsHandle::new(named_secret("primary"))).secret(named_secret("second")));
}

#[test]
#[should_panic = "the secrets of this verifier are those of its source"]
fn a_source_s_secrets_are_added_to_the_source() {
    drop(Verifier::knowrithm(PerRequest(Source::new(Answer::Known))).secret(named_secret("second")));
}
