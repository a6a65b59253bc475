//! A request as the receiver holds it, and the changed ones that are tried instead.

use std::cell::OnceCell;
use std::rc::Rc;
use std::slice;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderName, HeaderValue, Uri};
use tower_webhook::scheme::Head;
use tower_webhook::{Rejection, RejectionKind, Verifier};

use super::budget::Budget;
use super::json::Json;
use crate::moment::Times;
use crate::scheme::{AnyScheme, shows_token};
use crate::secret::SecretText;

/// A request, and the scheme and the secrets by which it is judged. Clones share all parts.
#[derive(Clone)]
pub(super) struct Case {
    pub(super) head: Arc<Parts>,
    pub(super) body: Bytes,
    /// Any of them may have signed.
    pub(super) secrets: Arc<[SecretText]>,
    /// Those of other endpoints.
    pub(super) others: Arc<[SecretText]>,
    pub(super) scheme: Arc<dyn AnyScheme>,
    /// The URL under which the provider knows the receiver, if that was said. The one in the head is what the request
    /// came to.
    public_url: Option<Arc<Uri>>,
    /// Makes the scheme again for another public URL, if it signs that.
    for_url: Option<ForUrl>,
    /// Made once for all cases that differ in head and body alone.
    keyed: Arc<OnceLock<Keyed>>,
    /// Parsed once for all cases with this body.
    json: Rc<OnceCell<Option<Json>>>,
    /// What the search may still cost that this case is a part of.
    pub(super) budget: Rc<Budget>,
}

/// Makes a scheme that signs this public URL.
pub(super) type ForUrl = Arc<dyn Fn(&Uri) -> Option<Arc<dyn AnyScheme>>>;

/// A verifier with the secrets that the scheme can take, if there is one, and their number.
struct Keyed {
    verifier: Option<Verifier>,
    secrets: usize,
}

impl Case {
    pub(super) fn new(
        head: Parts,
        body: impl Into<Bytes>,
        secrets: impl Into<Arc<[SecretText]>>,
        scheme: Arc<dyn AnyScheme>,
    ) -> Self {
        Self {
            head: Arc::new(head),
            body: body.into(),
            secrets: secrets.into(),
            others: Arc::default(),
            scheme,
            public_url: None,
            for_url: None,
            keyed: Arc::default(),
            json: Rc::default(),
            budget: Rc::new(Budget::unlimited()),
        }
    }

    /// The case as a part of a search that has this budget.
    pub(super) fn within(&self, budget: &Rc<Budget>) -> Self {
        Self {
            budget: Rc::clone(budget),
            ..self.clone()
        }
    }

    /// The body as JSON, if it is that.
    pub(super) fn json(&self) -> Option<&Json> {
        let parse = || Json::parse(&self.body, &self.budget);
        self.json.get_or_init(parse).as_ref()
    }

    /// The case of a receiver that the provider knows under this URL; a scheme that signs it was made for it.
    pub(super) fn with_public_url(&self, url: Uri, for_url: Option<ForUrl>) -> Self {
        Self {
            public_url: Some(Arc::new(url)),
            for_url,
            ..self.clone()
        }
    }

    /// The URL under which the provider knows the receiver, or else the one in the head.
    pub(super) fn url(&self) -> &Uri {
        self.public_url.as_deref().unwrap_or(&self.head.uri)
    }

    /// That URL, if the scheme signs it.
    pub(super) fn signed_url(&self) -> Option<&Uri> {
        self.public_url.as_deref().filter(|_| self.for_url.is_some())
    }

    /// The case with another URL that the scheme signs.
    pub(super) fn with_signed_url(&self, url: Uri) -> Option<Self> {
        let scheme = self.for_url.as_ref()?(&url)?;
        Some(Self {
            public_url: Some(Arc::new(url)),
            ..self.with_scheme(scheme)
        })
    }

    /// The case with the secrets of other endpoints.
    pub(super) fn with_others(&self, others: impl Into<Arc<[SecretText]>>) -> Self {
        Self {
            others: others.into(),
            ..self.clone()
        }
    }

    pub(super) fn with_body(&self, body: impl Into<Bytes>) -> Self {
        Self {
            body: body.into(),
            json: Rc::default(),
            ..self.clone()
        }
    }

    pub(super) fn with_head(&self, head: Parts) -> Self {
        Self {
            head: Arc::new(head),
            ..self.clone()
        }
    }

    pub(super) fn with_secrets(&self, secrets: impl Into<Arc<[SecretText]>>) -> Self {
        Self {
            secrets: secrets.into(),
            keyed: Arc::default(),
            ..self.clone()
        }
    }

    pub(super) fn with_scheme(&self, scheme: Arc<dyn AnyScheme>) -> Self {
        Self {
            scheme,
            keyed: Arc::default(),
            ..self.clone()
        }
    }

    /// The case with one value of a header, which replaces all of that name.
    pub(super) fn with_header(&self, name: &HeaderName, value: HeaderValue) -> Self {
        let mut head = Parts::clone(&self.head);
        head.headers.insert(name.clone(), value);
        self.with_head(head)
    }

    /// Whether what the sender shows depends on the body, or is in it.
    pub(super) fn signs_body(&self) -> bool {
        !shows_token(&*self.scheme)
    }

    /// Judges the form of the head.
    pub(super) fn judge(&self) -> Result<(), Rejection> {
        self.scheme.judge(Head::from(&*self.head))
    }

    /// Verifies it by the library, whatever its size and its signed time. Returns where the secret was that signed it.
    pub(super) fn verify(&self) -> Result<String, Rejection> {
        let verifier = self.keyed().verifier.as_ref().ok_or(RejectionKind::UnknownSecret)?;
        let body = verifier.verify(&*self.head, self.body.clone())?;
        Ok(body.signed_by().unwrap_or_default().to_owned())
    }

    /// What is wrong with the signed time, if there is one.
    pub(super) fn fault_of_time(&self, times: &Times) -> Option<RejectionKind> {
        let verifier = self.scheme.verifier(&self.usable()).ok()?;
        let verifier = times.apply(verifier);
        let verdict = if self.scheme.is_in_body() {
            verifier.verify(&*self.head, self.body.clone()).map(drop)
        } else {
            verifier.begin(&*self.head).map(drop)
        };
        let rejection = verdict.err()?;
        Some(rejection.kind()).filter(|kind| is_of_window(*kind))
    }

    /// How many secrets the body is hashed under.
    pub(super) fn usable_secrets(&self) -> usize {
        self.keyed().secrets
    }

    fn keyed(&self) -> &Keyed {
        self.keyed.get_or_init(|| {
            let usable = self.usable();
            let verifier = self.scheme.verifier(&usable).ok();
            Keyed {
                verifier: verifier.map(|verifier| verifier.insecure_any_timestamp().insecure_unlimited_body()),
                secrets: usable.len(),
            }
        })
    }

    /// The secrets that this scheme can take.
    fn usable(&self) -> Vec<SecretText> {
        let is_usable = |secret: &&SecretText| self.scheme.verifier(slice::from_ref(*secret)).is_ok();
        self.secrets.iter().filter(is_usable).cloned().collect()
    }
}

fn is_of_window(kind: RejectionKind) -> bool {
    matches!(kind, RejectionKind::TimestampTooOld | RejectionKind::TimestampInFuture)
}
