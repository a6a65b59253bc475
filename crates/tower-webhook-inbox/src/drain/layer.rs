//! The half of [`Drain::on`] that lets tasks in. The other half counts those that have ended.

use std::task::{Context, Poll};

use tower_layer::Layer;
use tower_service::Service;

use super::Drain;

/// The layer that [`Drain::on`] adds to a worker.
///
/// It has no constructor: without the other half of `on`, `finish` would never end. Name it to write down the type of a
/// builder.
#[derive(Clone, Debug)]
pub struct DrainLayer {
    drain: Drain,
}

impl DrainLayer {
    pub(super) fn new(drain: Drain) -> Self {
        Self { drain }
    }
}

impl<S> Layer<S> for DrainLayer {
    type Service = Drained<S>;

    fn layer(&self, inner: S) -> Drained<S> {
        // A worker that is restarted after a panic reports no end of the tasks that it had.
        self.drain.with(Vec::clear);
        Drained {
            inner,
            drain: self.drain.clone(),
            fetching: false,
        }
    }
}

/// The service of a worker with a [`DrainLayer`].
#[derive(Clone, Debug)]
pub struct Drained<S> {
    inner: S,
    drain: Drain,
    /// Whether the worker was told that a task is welcome and has not brought one yet. It may be fetching one.
    fetching: bool,
}

impl<S: Service<T>, T> Service<T> for Drained<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        if self.drain.is_finishing() && !self.fetching {
            // Pending without a waker, because this never changes again.
            return Poll::Pending;
        }
        let ready = self.inner.poll_ready(cx);
        self.fetching |= matches!(ready, Poll::Ready(Ok(())));
        ready
    }

    fn call(&mut self, task: T) -> Self::Future {
        self.fetching = false;
        self.drain.begin_task();
        self.inner.call(task)
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::future::{Ready, pending, ready};

    use tokio_test::{assert_pending, assert_ready, assert_ready_ok, task};
    use tower::service_fn;

    use super::*;

    fn done(_: u8) -> Ready<Result<(), Infallible>> {
        ready(Ok(()))
    }

    fn poll_ready<S: Service<u8>>(service: &mut Drained<S>) -> Poll<Result<(), S::Error>> {
        task::spawn(()).enter(|cx, _| service.poll_ready(cx))
    }

    #[test]
    fn a_worker_that_is_fetching_starts_that_task_and_no_other() {
        let drain = Drain::new();
        let mut service = DrainLayer::new(drain.clone()).layer(service_fn(done));
        assert_ready_ok!(poll_ready(&mut service));
        assert_ready_ok!(task::spawn(service.call(1)).poll());
        assert_ready_ok!(poll_ready(&mut service));

        let mut finish = task::spawn(drain.finish());
        assert_pending!(finish.poll());
        assert_ready_ok!(poll_ready(&mut service));
        assert_ready_ok!(task::spawn(service.call(2)).poll());
        assert_pending!(poll_ready(&mut service));

        drain.with(Vec::pop);
        assert_pending!(finish.poll());
        drain.with(Vec::pop);
        assert!(finish.is_woken());
        assert_ready!(finish.poll());
    }

    #[test]
    fn a_worker_that_is_not_fetching_starts_no_task() {
        let drain = Drain::new();
        let mut busy = DrainLayer::new(drain.clone()).layer(service_fn(done));
        assert_ready_ok!(poll_ready(&mut busy));
        drop(busy.call(1));
        let mut finish = task::spawn(drain.finish());
        assert_pending!(finish.poll());
        assert_pending!(poll_ready(&mut busy));

        // As after a panic: the task above has not ended.
        let mut successor = DrainLayer::new(drain.clone()).layer(service_fn(done));
        assert_pending!(poll_ready(&mut successor));
        assert_ready!(finish.poll());
    }

    #[test]
    fn a_fetched_task_is_started_although_the_inner_service_was_busy() {
        struct Once(bool);
        impl Service<u8> for Once {
            type Response = ();
            type Error = Infallible;
            type Future = std::future::Pending<Result<(), Infallible>>;
            fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
                self.0 = !self.0;
                if self.0 { Poll::Ready(Ok(())) } else { Poll::Pending }
            }
            fn call(&mut self, _: u8) -> Self::Future {
                pending()
            }
        }
        let drain = Drain::new();
        let mut service = DrainLayer::new(drain.clone()).layer(Once(false));
        assert_ready_ok!(poll_ready(&mut service));
        assert_pending!(poll_ready(&mut service));
        assert_ready!(task::spawn(drain.finish()).poll());
        assert_ready_ok!(poll_ready(&mut service));
    }
}
