//! Long lists, a page at a time.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// The part of a list that is asked for: `?after=…&limit=50`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Page {
    /// The `next` of the page before; absent for the first page.
    #[serde(default)]
    pub after: Option<String>,
    /// The highest number of items on the page, 1 to 200.
    #[serde(default = "fifty")]
    #[param(minimum = 1, maximum = 200, default = 50, required = false)]
    pub limit: u16,
}

const fn fifty() -> u16 {
    50
}

impl Default for Page {
    fn default() -> Self {
        Self { after: None, limit: fifty() }
    }
}

impl Page {
    /// How many rows to fetch: one more than is shown, which tells whether there is more.
    #[must_use]
    pub fn fetch(&self) -> i64 {
        i64::from(self.limit) + 1
    }
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Listed<T> {
    /// The items, in the list's order.
    pub items: Vec<T>,
    /// Give it as `after` to get the page that follows; absent on the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl<T> Listed<T> {
    /// From [`Page::fetch`] rows; `place` names an item's place in the order.
    #[must_use]
    pub fn cut(mut rows: Vec<T>, page: &Page, place: impl FnOnce(&T) -> String) -> Self {
        let more = rows.len() > usize::from(page.limit);
        rows.truncate(page.limit.into());
        let next = if more { rows.last().map(place) } else { None };
        Self { items: rows, next }
    }

    /// A list that fits on one page.
    #[must_use]
    pub fn whole(items: Vec<T>) -> Self {
        Self { items, next: None }
    }
}

impl<T: Serialize> IntoResponse for Listed<T> {
    fn into_response(self) -> Response {
        Json(self).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_next_page_when_one_row_more_was_found() {
        let page = Page { after: None, limit: 2 };
        assert_eq!(Listed::cut(vec![1, 2], &page, ToString::to_string), Listed { items: vec![1, 2], next: None });
        let cut = Listed::cut(vec![1, 2, 3], &page, ToString::to_string);
        assert_eq!(cut, Listed { items: vec![1, 2], next: Some("2".into()) });
    }
}
