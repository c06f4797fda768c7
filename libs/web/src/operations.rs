//! Finds the operation of a request by method and route in the OpenAPI document.

use http::{Method, StatusCode};
use std::collections::HashMap;
use utoipa::openapi::{OpenApi, PathItem, path::Operation};

/// What the guard needs to know of an operation.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    /// Such as `enrol-pupil`.
    pub id: String,
    /// The status of a good answer: 201 where that is declared, else 200.
    pub success: StatusCode,
}

/// Every operation by method and route.
#[derive(Clone, Debug, Default)]
pub(crate) struct Operations(HashMap<(Method, String), Known>);

impl Operations {
    pub fn of(api: &OpenApi) -> Self {
        let mut all = HashMap::new();
        for (path, item) in &api.paths.paths {
            for (method, operation) in of_item(item) {
                // Without an id of its own there is no row either, so it is denied.
                let Some(id) = operation.operation_id.clone() else { continue };
                let created = operation.responses.responses.contains_key("201");
                let success = if created { StatusCode::CREATED } else { StatusCode::OK };
                all.insert((method, path.clone()), Known { id, success });
            }
        }
        Self(all)
    }

    /// The operation of a request; HEAD is answered by GET.
    pub fn find(&self, method: &Method, route: &str) -> Option<&Known> {
        let method = if method == Method::HEAD { Method::GET } else { method.clone() };
        self.0.get(&(method, route.to_owned()))
    }

    /// Whether anything can be done at a route.
    pub fn has(&self, route: &str) -> bool {
        self.0.keys().any(|(_, known)| known == route)
    }
}

fn of_item(item: &PathItem) -> impl Iterator<Item = (Method, &Operation)> {
    [
        (Method::GET, &item.get),
        (Method::PUT, &item.put),
        (Method::POST, &item.post),
        (Method::DELETE, &item.delete),
        (Method::PATCH, &item.patch),
    ]
    .into_iter()
    .filter_map(|(method, operation)| operation.as_ref().map(|operation| (method, operation)))
}

/// The id of every operation, sorted; one without an id is shown as its method and path.
#[must_use]
pub fn operations(api: &OpenApi) -> Vec<String> {
    let named = |method: &Method, path: &str, operation: &Operation| {
        operation.operation_id.clone().unwrap_or_else(|| format!("{method} {path}"))
    };
    let paths = api.paths.paths.iter();
    let mut ids: Vec<_> = paths
        .flat_map(|(path, item)| of_item(item).map(move |(method, operation)| named(&method, path, operation)))
        .collect();
    ids.sort();
    ids
}

/// Operations for which nobody wrote a row in the access table: a test fails while there are any.
#[must_use]
pub fn unguarded(api: &OpenApi) -> Vec<String> {
    let open = |id: &String| access::PUBLIC.contains(&id.as_str()) || !access::table::roles(id).is_empty();
    operations(api).into_iter().filter(|id| !open(id)).collect()
}
