//! Long lists, a page at a time.

use crate::{Cursor, Problem, ask};
use axum::{
    Json,
    extract::FromRequestParts,
    response::{IntoResponse, Response},
};
use http::request::Parts;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use utoipa::{IntoParams, ToSchema};

/// The part of a list that is asked for: `?after=…&limit=50`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// The `next` of the page before, as it is; absent for the first page.
    #[serde(default)]
    pub(crate) after: Option<String>,
    /// The highest number of items on the page, 1 to 200.
    #[serde(default = "fifty")]
    #[param(minimum = 1, maximum = 200, default = 50, required = false)]
    pub(crate) limit: u16,
}

const fn fifty() -> u16 {
    50
}

/// A page of a list whose items are ordered by `K`.
pub struct Page<K> {
    /// The last item of the page before; nothing: from the beginning.
    pub after: Option<K>,
    limit: u16,
    cursor: Cursor<K>,
}

impl<S: Sync, K: Serialize + DeserializeOwned> FromRequestParts<S> for Page<K> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let paging = ask::read(parts.uri.query().unwrap_or_default(), &Paging::into_params(|| None))?;
        Self::of(paging, Cursor::from_request_parts(parts, state).await?)
    }
}

/// A page of a list, and what it is a list of: the query string of an operation whose parameters are `T` and [`Paging`].
pub struct Paged<T, K>(pub T, pub Page<K>);

impl<S: Sync, T, K> FromRequestParts<S> for Paged<T, K>
where
    T: DeserializeOwned + IntoParams,
    K: Serialize + DeserializeOwned,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let own = Paging::into_params(|| None);
        let known = [T::into_params(|| None), own.clone()].concat();
        let mut wanted = ask::values(parts.uri.query().unwrap_or_default(), &known)?;
        let paging = own.iter().filter_map(|parameter| wanted.remove_entry(&parameter.name)).collect();
        let page = Page::of(ask::typed(paging)?, Cursor::from_request_parts(parts, state).await?)?;
        Ok(Self(ask::typed(wanted)?, page))
    }
}

/// Where a list goes on that always shows as many items: `?after=…`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct After {
    /// The `next` of the answer before, as it is; absent for the first items.
    #[serde(default)]
    pub(crate) after: Option<String>,
}

/// A page of such a list, with up to `LIMIT` items.
pub struct FixedPage<K, const LIMIT: u16>(pub Page<K>);

impl<S: Sync, K: Serialize + DeserializeOwned, const LIMIT: u16> FromRequestParts<S> for FixedPage<K, LIMIT> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let After { after } = ask::read(parts.uri.query().unwrap_or_default(), &After::into_params(|| None))?;
        Ok(Self(Page::of(Paging { after, limit: LIMIT }, Cursor::from_request_parts(parts, state).await?)?))
    }
}

impl<K: Serialize + DeserializeOwned> Page<K> {
    fn of(Paging { after, limit }: Paging, cursor: Cursor<K>) -> Result<Self, Problem> {
        Ok(Self { after: cursor.open(after.as_deref())?, limit, cursor })
    }

    /// How many rows to fetch: one more than is shown, which tells whether there is more.
    #[must_use]
    pub fn fetch(&self) -> i64 {
        i64::from(self.limit) + 1
    }

    /// The same for a list in memory.
    #[must_use]
    pub fn rows(&self) -> usize {
        usize::from(self.limit) + 1
    }

    /// The page, from [`Page::fetch`] rows that come after [`Page::after`]; `place` is an item's place in the order.
    ///
    /// # Errors
    /// When the place cannot be written as JSON.
    pub fn cut<T>(&self, mut rows: Vec<T>, place: impl FnOnce(&T) -> K) -> Result<Listed<T>, Problem> {
        let more = rows.len() > usize::from(self.limit);
        rows.truncate(self.limit.into());
        let last = rows.last().filter(|_| more).map(place);
        Ok(Listed { items: rows, next: last.map(|last| self.cursor.seal(&last)).transpose()? })
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
    use crate::cursor::tests::cursor;

    fn page(after: Option<String>, limit: u16) -> Page<i32> {
        Page::of(Paging { after, limit }, cursor("/numbers", 1)).unwrap_or_else(|_| panic!("a page"))
    }

    fn cut(page: &Page<i32>, rows: Vec<i32>) -> Listed<i32> {
        page.cut(rows, |last| *last).unwrap_or_else(|_| panic!("a list"))
    }

    #[test]
    fn there_is_a_next_page_when_one_row_more_was_found() {
        assert_eq!(cut(&page(None, 2), vec![1, 2]), Listed::whole(vec![1, 2]));
        let first = cut(&page(None, 2), vec![1, 2, 3]);
        assert_eq!(first.items, [1, 2]);
        assert_eq!(page(first.next, 2).after, Some(2));
    }
}
