//! The secrets, and what follows from them: the verifier, and what is hidden. A handshake may bring a secret.

use std::sync::{Arc, PoisonError, RwLock};

use tower_webhook::Verifier;

use super::handshake::{ASANA, OFFERED};
use super::hidden::Hidden;
use crate::outcome::Result;
use crate::random;
use crate::scheme::{Chosen, shows_token};
use crate::secret::SecretText;

/// What requests are judged by.
pub(super) struct Trust {
    chosen: Chosen,
    max_body: usize,
    /// What is hidden and signs nothing.
    verify_token: Option<SecretText>,
    now: RwLock<Arc<Judge>>,
}

/// What a request is judged by from its beginning to its end.
pub(super) struct Judge {
    secrets: Vec<SecretText>,
    pub(super) verifier: Verifier,
    pub(super) hidden: Hidden,
}

impl Trust {
    /// With no secret, nothing is genuine until one is taken.
    ///
    /// # Errors
    ///
    /// A failure of usage when the scheme does not take a secret, or the system has no random bytes.
    pub(super) fn new(
        chosen: Chosen,
        max_body: usize,
        secrets: Vec<SecretText>,
        verify_token: Option<SecretText>,
    ) -> Result<Self> {
        let secrets = if secrets.is_empty() {
            vec![SecretText::new(random::name()?.into_bytes(), "nowhere".to_owned())?]
        } else {
            secrets
        };
        let judge = judge(&chosen, max_body, secrets, verify_token.as_ref())?;
        Ok(Self {
            chosen,
            max_body,
            verify_token,
            now: RwLock::new(Arc::new(judge)),
        })
    }

    pub(super) fn now(&self) -> Arc<Judge> {
        self.now.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Puts a secret in the place of those that were known.
    ///
    /// # Errors
    ///
    /// A failure of usage when the scheme does not take it.
    pub(super) fn take(&self, secret: SecretText) -> Result<()> {
        let judge = judge(&self.chosen, self.max_body, vec![secret], self.verify_token.as_ref())?;
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(judge);
        Ok(())
    }

    /// Hides one more secret, which a request shows.
    pub(super) fn hidden_with(&self, secret: SecretText) -> Hidden {
        let mut secrets = self.now().secrets.clone();
        secrets.push(secret);
        hidden(&self.chosen, &secrets, self.verify_token.as_ref())
    }
}

fn judge(
    chosen: &Chosen,
    max_body: usize,
    secrets: Vec<SecretText>,
    verify_token: Option<&SecretText>,
) -> Result<Judge> {
    Ok(Judge {
        verifier: chosen.verifier(&secrets)?.max_body(max_body),
        hidden: hidden(chosen, &secrets, verify_token),
        secrets,
    })
}

fn hidden(chosen: &Chosen, secrets: &[SecretText], verify_token: Option<&SecretText>) -> Hidden {
    let shows_token = shows_token(&*chosen.scheme);
    let token = match chosen.name {
        ASANA => Some(OFFERED.clone()),
        _ => chosen.scheme.signature_header().filter(|_| shows_token).cloned(),
    };
    let all: Vec<_> = secrets.iter().chain(verify_token).cloned().collect();
    Hidden::new(&all).token(token)
}
