//! Where telemetry goes, as an operator has it: OTLP over gRPC, here on loopback.

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::service::TowerToHyperService;
use opentelemetry_proto::tonic::collector::metrics::v1::{
    ExportMetricsServiceRequest, ExportMetricsServiceResponse,
    metrics_service_server::{MetricsService, MetricsServiceServer},
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
    trace_service_server::{TraceService, TraceServiceServer},
};
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value};
use opentelemetry_proto::tonic::metrics::v1::{metric, number_data_point};
use opentelemetry_proto::tonic::trace::v1::Span;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::time::timeout;
use tonic::{Request, Response, Status, async_trait};
use tower::ServiceExt;

/// What came in so far.
#[derive(Clone, Default)]
pub struct Collector(Arc<Inner>);

#[derive(Default)]
struct Inner {
    spans: Mutex<Vec<Span>>,
    /// The sum over the points of the last export, and the words of its attributes.
    metrics: Mutex<BTreeMap<String, Measured>>,
    more: Notify,
}

/// The last value of a metric.
#[derive(Clone, Debug, Default)]
pub struct Measured {
    /// Sums and gauges: the sum of their points. Histograms: how many values there were.
    pub value: f64,
    /// Which attributes its points have.
    pub by: Vec<String>,
}

impl Collector {
    /// Begins to listen; its address.
    pub async fn listen() -> (Self, String) {
        let collector = Self::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (traces, metrics) =
            (TraceServiceServer::new(collector.clone()), MetricsServiceServer::new(collector.clone()));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (traces, metrics) = (traces.clone(), metrics.clone());
                let service = tower::service_fn(move |request: http::Request<hyper::body::Incoming>| {
                    let (traces, metrics) = (traces.clone(), metrics.clone());
                    async move {
                        match request.uri().path().contains("TraceService") {
                            true => traces.oneshot(request).await,
                            false => metrics.oneshot(request).await,
                        }
                    }
                });
                let connection = hyper::server::conn::http2::Builder::new(TokioExecutor::new())
                    .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
                // The hub closes it when it ends.
                tokio::spawn(async move { drop(connection.await) });
            }
        });
        (collector, address)
    }

    /// What `found` makes of the spans, as soon as it is something.
    pub async fn spans<T>(&self, what: &str, found: impl Fn(&[Span]) -> Option<T>) -> T {
        self.until(what, || found(&self.0.spans.lock().unwrap())).await
    }

    /// The metric, as soon as `enough` says so of it.
    pub async fn metric(&self, name: &str, enough: impl Fn(&Measured) -> bool) -> Measured {
        self.until(name, || self.0.metrics.lock().unwrap().get(name).filter(|it| enough(it)).cloned()).await
    }

    async fn until<T>(&self, what: &str, found: impl Fn() -> Option<T>) -> T {
        let looking = async {
            loop {
                let more = self.0.more.notified();
                match found() {
                    Some(found) => return found,
                    None => more.await,
                }
            }
        };
        timeout(Duration::from_secs(60), looking).await.unwrap_or_else(|_| {
            let metrics = self.0.metrics.lock().unwrap();
            panic!("{what} was not exported within a minute; metrics: {:?}", metrics.keys())
        })
    }
}

#[async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let scopes = request.into_inner().resource_spans.into_iter().flat_map(|resource| resource.scope_spans);
        self.0.spans.lock().unwrap().extend(scopes.flat_map(|scope| scope.spans));
        self.0.more.notify_one();
        Ok(Response::new(Default::default()))
    }
}

#[async_trait]
impl MetricsService for Collector {
    async fn export(
        &self,
        request: Request<ExportMetricsServiceRequest>,
    ) -> Result<Response<ExportMetricsServiceResponse>, Status> {
        let scopes = request.into_inner().resource_metrics.into_iter().flat_map(|resource| resource.scope_metrics);
        for metric in scopes.flat_map(|scope| scope.metrics) {
            let measured = measured(metric.data.unwrap());
            self.0.metrics.lock().unwrap().insert(metric.name, measured);
        }
        self.0.more.notify_one();
        Ok(Response::new(Default::default()))
    }
}

fn measured(data: metric::Data) -> Measured {
    let number = |value: Option<number_data_point::Value>| match value {
        Some(number_data_point::Value::AsDouble(value)) => value,
        Some(number_data_point::Value::AsInt(value)) => value as f64,
        None => 0.0,
    };
    let points: Vec<(f64, Vec<KeyValue>)> = match data {
        metric::Data::Gauge(it) => it.data_points.into_iter().map(|it| (number(it.value), it.attributes)).collect(),
        metric::Data::Sum(it) => it.data_points.into_iter().map(|it| (number(it.value), it.attributes)).collect(),
        metric::Data::Histogram(it) => it.data_points.into_iter().map(|it| (it.count as f64, it.attributes)).collect(),
        other => panic!("the hub has no such metrics: {other:?}"),
    };
    let by = points.first().map(|(_, words)| words.iter().map(|word| word.key.clone()).collect());
    Measured { value: points.iter().map(|(value, _)| value).sum(), by: by.unwrap_or_default() }
}

/// An attribute of a span that is a text.
pub fn attribute<'a>(span: &'a Span, key: &str) -> &'a str {
    let found = span.attributes.iter().find(|attribute| attribute.key == key);
    match found.and_then(|attribute| attribute.value.as_ref()) {
        Some(AnyValue { value: Some(any_value::Value::StringValue(text)) }) => text,
        _ => "",
    }
}
