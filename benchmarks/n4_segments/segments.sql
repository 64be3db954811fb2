-- Written by hand for DuckDB: the hundred segments of definitions.txt as of 2024-06-01 00:00 UTC, one pass over each
-- table, what several segments need worked out once. Run by run_duckdb.py; plan.txt is what DuckDB makes of it.

CREATE TABLE answered AS
WITH ordering AS (
    SELECT customer_id,
        count(*) FILTER (placed) AS orders,
        count(*) FILTER (placed AND ordered_at > TIMESTAMP '2024-05-02') AS orders_30,
        count(*) FILTER (placed AND ordered_at > TIMESTAMP '2024-04-02') AS orders_60,
        count(*) FILTER (placed AND ordered_at > TIMESTAMP '2024-03-03') AS orders_90,
        count(*) FILTER (placed AND ordered_at > TIMESTAMP '2024-02-02') AS orders_120,
        count(*) FILTER (placed AND ordered_at > TIMESTAMP '2023-12-04') AS orders_180,
        count(*) FILTER (placed AND ordered_at > TIMESTAMP '2023-10-05') AS orders_240,
        count(*) FILTER (placed AND ordered_at > TIMESTAMP '2023-06-02') AS orders_365,
        count(*) FILTER (placed AND ordered_at > TIMESTAMP '2023-02-02') AS orders_485,
        sum(amount) FILTER (ordered_at > TIMESTAMP '2024-05-02') AS spend_30,
        sum(amount) FILTER (ordered_at > TIMESTAMP '2024-03-03') AS spend_90,
        sum(amount) FILTER (ordered_at > TIMESTAMP '2023-06-02') AS spend_365,
        sum(amount) AS spend,
        count(*) FILTER (placed AND amount > 150 AND ordered_at > TIMESTAMP '2024-03-03') AS big_90,
        count(*) FILTER (placed AND channel = 'web' AND ordered_at > TIMESTAMP '2024-03-03') AS web_90,
        count(*) FILTER (placed AND channel = 'app' AND ordered_at > TIMESTAMP '2024-03-03') AS app_90,
        count(*) FILTER (placed AND channel = 'store' AND ordered_at > TIMESTAMP '2023-06-02') AS store_365,
        count(DISTINCT channel) FILTER (placed) AS channels,
        arg_min(channel, (-epoch_us(ordered_at), order_id)) FILTER (placed) AS last_channel,
        arg_min(channel, (epoch_us(ordered_at), order_id)) FILTER (placed) AS first_channel,
        count(*) FILTER (returned > 0 AND ordered_at > TIMESTAMP '2023-06-02') AS returns_365,
        sum(amount) FILTER (placed AND ordered_at > TIMESTAMP '2023-06-02')::DOUBLE
            / nullif(count(amount) FILTER (placed AND ordered_at > TIMESTAMP '2023-06-02'), 0) AS average_365,
        max(amount) FILTER (placed AND ordered_at > TIMESTAMP '2023-06-02') AS largest_365,
        sum(units) FILTER (placed AND ordered_at > TIMESTAMP '2023-12-04') AS units_180,
        min(ordered_at) FILTER (placed) AS first_order,
        max(ordered_at) FILTER (placed) AS last_order,
        coalesce(bool_or(placed AND ordered_at > TIMESTAMP '2024-05-01'), false)::INT AS month_1,
        coalesce(bool_or(placed AND ordered_at > TIMESTAMP '2024-04-01' AND ordered_at <= TIMESTAMP '2024-05-01'), false)::INT AS month_2,
        coalesce(bool_or(placed AND ordered_at > TIMESTAMP '2024-03-01' AND ordered_at <= TIMESTAMP '2024-04-01'), false)::INT AS month_3,
        coalesce(bool_or(placed AND ordered_at > TIMESTAMP '2024-02-01' AND ordered_at <= TIMESTAMP '2024-03-01'), false)::INT AS month_4
    FROM orders
    WHERE ordered_at <= TIMESTAMP '2024-06-01'
    GROUP BY customer_id
), happening AS (
    SELECT customer_id,
        count(*) FILTER (event = 'view' AND occurred_at > TIMESTAMP '2024-05-25') AS view_7,
        count(*) FILTER (event = 'view' AND occurred_at > TIMESTAMP '2024-05-02') AS view_30,
        count(*) FILTER (event = 'view' AND occurred_at > TIMESTAMP '2024-03-03') AS view_90,
        count(*) FILTER (event = 'view' AND occurred_at > TIMESTAMP '2024-04-02' AND occurred_at <= TIMESTAMP '2024-05-02') AS view_60_30,
        count(*) FILTER (event = 'view' AND page = 'shoes' AND occurred_at > TIMESTAMP '2024-05-02') AS view_shoes_30,
        count(*) FILTER (event = 'view' AND page = 'bags' AND occurred_at > TIMESTAMP '2024-05-02') AS view_bags_30,
        count(*) FILTER (event = 'view' AND page = 'garden' AND occurred_at > TIMESTAMP '2024-03-03') AS view_garden_90,
        count(*) FILTER (event = 'view' AND device = 'phone' AND occurred_at > TIMESTAMP '2024-05-02') AS view_phone_30,
        sum(seconds) FILTER (event = 'view' AND occurred_at > TIMESTAMP '2024-05-02') AS view_seconds_30,
        max(seconds) FILTER (event = 'view' AND occurred_at > TIMESTAMP '2024-03-03') AS view_longest_90,
        count(DISTINCT page) FILTER (event = 'view' AND occurred_at > TIMESTAMP '2024-05-02') AS view_pages_30,
        count(*) FILTER (event = 'cart' AND occurred_at > TIMESTAMP '2024-05-25') AS cart_7,
        count(*) FILTER (event = 'cart' AND occurred_at > TIMESTAMP '2024-05-02') AS cart_30,
        count(*) FILTER (event = 'cart' AND page = 'lamps' AND occurred_at > TIMESTAMP '2024-05-02') AS cart_lamps_30,
        count(*) FILTER (event = 'checkout' AND occurred_at > TIMESTAMP '2024-05-02') AS checkout_30,
        count(*) FILTER (event = 'search' AND occurred_at > TIMESTAMP '2024-05-25') AS search_7,
        count(*) FILTER (event = 'search' AND occurred_at > TIMESTAMP '2024-05-02') AS search_30,
        count(*) FILTER (event = 'search' AND device = 'phone' AND page IN ('shoes', 'sport') AND occurred_at > TIMESTAMP '2024-05-02') AS search_phone_30,
        count(*) FILTER (event = 'login') AS login,
        count(*) FILTER (event = 'login' AND occurred_at > TIMESTAMP '2024-05-25') AS login_7,
        count(*) FILTER (event = 'login' AND occurred_at > TIMESTAMP '2024-05-02') AS login_30,
        count(*) FILTER (event = 'login' AND occurred_at > TIMESTAMP '2024-03-03') AS login_90,
        count(*) FILTER (event = 'open' AND occurred_at > TIMESTAMP '2024-05-02') AS open_30,
        count(*) FILTER (event = 'open' AND occurred_at > TIMESTAMP '2024-03-03') AS open_90,
        count(*) FILTER (event = 'click' AND occurred_at > TIMESTAMP '2024-05-02') AS click_30,
        count(*) FILTER (event = 'click' AND occurred_at > TIMESTAMP '2024-03-03') AS click_90,
        count(*) FILTER (event = 'review') AS review,
        count(*) FILTER (event = 'review' AND occurred_at > TIMESTAMP '2023-06-02') AS review_365,
        count(*) FILTER (event = 'chat' AND occurred_at > TIMESTAMP '2024-05-02') AS chat_30,
        count(*) FILTER (event = 'chat' AND occurred_at > TIMESTAMP '2024-03-03') AS chat_90,
        count(*) FILTER (event = 'share' AND occurred_at > TIMESTAMP '2024-03-03') AS share_90,
        count(*) FILTER (event = 'video' AND occurred_at > TIMESTAMP '2024-05-02') AS video_30,
        avg(seconds) FILTER (event = 'video' AND occurred_at > TIMESTAMP '2024-03-03') AS video_seconds_90,
        count(*) FILTER (event = 'wish' AND occurred_at > TIMESTAMP '2024-05-02') AS wish_30,
        count(*) FILTER (event = 'wish' AND occurred_at > TIMESTAMP '2024-03-03') AS wish_90,
        count(*) FILTER (occurred_at > TIMESTAMP '2024-03-03') AS events_90
    FROM events
    WHERE occurred_at <= TIMESTAMP '2024-06-01'
        AND (occurred_at > TIMESTAMP '2024-03-03' OR event = 'login' OR event = 'review')
    GROUP BY customer_id
), carts AS (
    SELECT DISTINCT customer_id, occurred_at AS moment
    FROM events
    WHERE event = 'cart' AND occurred_at > TIMESTAMP '2024-05-02' AND occurred_at <= TIMESTAMP '2024-06-01'
), lately AS (
    SELECT customer_id, ordered_at AS moment
    FROM orders
    WHERE placed AND ordered_at > TIMESTAMP '2024-05-02' AND ordered_at <= TIMESTAMP '2024-06-01'
), cart_then_order AS (
    SELECT DISTINCT carts.customer_id
    FROM carts
    JOIN lately ON carts.customer_id = lately.customer_id AND carts.moment < lately.moment
        AND lately.moment <= carts.moment + INTERVAL 48 HOURS
), abandoned AS (
    SELECT DISTINCT customer_id
    FROM carts
    WHERE moment + INTERVAL 72 HOURS <= TIMESTAMP '2024-06-01' AND NOT EXISTS (
        FROM lately
        WHERE lately.customer_id = carts.customer_id AND lately.moment > carts.moment
            AND lately.moment <= carts.moment + INTERVAL 72 HOURS
    )
), fortnight AS (
    SELECT customer_id, event, occurred_at AS moment
    FROM events
    WHERE event IN ('search', 'cart', 'checkout')
        AND occurred_at > TIMESTAMP '2024-05-18' AND occurred_at <= TIMESTAMP '2024-06-01'
), funnel AS (
    SELECT DISTINCT first.customer_id
    FROM fortnight AS first
    JOIN fortnight AS second ON first.customer_id = second.customer_id AND second.moment > first.moment
        AND second.moment <= first.moment + INTERVAL 24 HOURS
    JOIN fortnight AS third ON second.customer_id = third.customer_id AND third.moment > second.moment
        AND third.moment <= second.moment + INTERVAL 24 HOURS
    WHERE first.event = 'search' AND second.event = 'cart' AND third.event = 'checkout'
), spending AS (
    SELECT customer_id, rank() OVER (ORDER BY spend_365 DESC) - 1 AS spend_365_above,
        rank() OVER (ORDER BY spend_365) - 1 AS spend_365_below, count(*) OVER () AS spend_365_base
    FROM ordering
    WHERE spend_365 > 0
), spending_ever AS (
    SELECT customer_id, rank() OVER (ORDER BY spend DESC) - 1 AS spend_above
    FROM ordering
    WHERE spend > 0
), points_ranked AS (
    SELECT customer_id, rank() OVER (ORDER BY points DESC) - 1 AS points_above, count(*) OVER () AS points_base
    FROM customers
    WHERE points > 0
), score_ranked AS (
    SELECT customer_id, rank() OVER (ORDER BY score DESC) - 1 AS score_above, count(*) OVER () AS score_base
    FROM customers
    WHERE score > 0
), wide AS (
    SELECT customers.*,
        coalesce(orders, 0) AS orders, coalesce(orders_30, 0) AS orders_30, coalesce(orders_60, 0) AS orders_60,
        coalesce(orders_90, 0) AS orders_90, coalesce(orders_120, 0) AS orders_120,
        coalesce(orders_180, 0) AS orders_180, coalesce(orders_240, 0) AS orders_240,
        coalesce(orders_365, 0) AS orders_365, coalesce(orders_485, 0) AS orders_485,
        spend_30, spend_90, coalesce(spend_365, 0) AS spend_365, spend, big_90, web_90, coalesce(app_90, 0) AS app_90,
        store_365, channels, last_channel, first_channel, coalesce(returns_365, 0) AS returns_365, average_365,
        largest_365, units_180, first_order, last_order, month_1, month_2, month_3, month_4,
        view_7, coalesce(view_30, 0) AS view_30, view_90, view_60_30, view_shoes_30, view_bags_30, view_garden_90,
        view_phone_30, view_seconds_30, view_longest_90, view_pages_30, coalesce(cart_7, 0) AS cart_7, cart_30,
        cart_lamps_30, checkout_30, search_7, search_30, search_phone_30, coalesce(login, 0) AS login, login_7,
        login_30, coalesce(login_90, 0) AS login_90, open_30, coalesce(open_90, 0) AS open_90, click_30,
        coalesce(click_90, 0) AS click_90, review, review_365, chat_30, chat_90, share_90, video_30, video_seconds_90,
        wish_30, wish_90, coalesce(events_90, 0) AS events_90,
        spend_365_above, spend_365_below, spend_365_base, spend_above, points_above, points_base, score_above,
        score_base, substr(sha256('spring:' || party_key), 1, 15) AS bucket
    FROM customers
    LEFT JOIN ordering USING (customer_id)
    LEFT JOIN happening USING (customer_id)
    LEFT JOIN spending USING (customer_id)
    LEFT JOIN spending_ever USING (customer_id)
    LEFT JOIN points_ranked USING (customer_id)
    LEFT JOIN score_ranked USING (customer_id)
), plain AS (
    SELECT wide.customer_id,
        coalesce(orders_30 >= 1, false) AS recent_30,
        coalesce(orders_90 >= 1, false) AS recent_90,
        coalesce(orders >= 1 AND orders_90 = 0, false) AS lapsing_90,
        coalesce(orders >= 1 AND orders_180 = 0, false) AS lapsed_180,
        coalesce(orders = 0, false) AS never_bought,
        coalesce(orders = 1, false) AS one_and_done,
        coalesce(orders_365 >= 2, false) AS repeaters,
        coalesce(orders_365 >= 4 AND orders_90 >= 1, false) AS loyal,
        coalesce(orders_30 >= 2, false) AS heavy_month,
        coalesce(orders_365 >= 2 AND orders_90 = 0, false) AS fading,
        coalesce(spend_30 >= 100, false) AS spend_month,
        coalesce(spend_90 BETWEEN 50 AND 250, false) AS spend_quarter,
        coalesce(spend_365 > 500, false) AS spend_year,
        coalesce(spend > 1000, false) AS spend_all,
        coalesce(spend_365 = 0, false) AS spend_none,
        coalesce(spend_365_above < ceil(spend_365_base * 0.10), false) AS top_tenth,
        coalesce(spend_above < 1000, false) AS top_thousand,
        coalesce(spend_365_below < ceil(spend_365_base * 0.75) AND spend_365_base - spend_365_above >= spend_365_base * 0.25, false) AS middle_half,
        coalesce(spend_365_above < ceil(spend_365_base * 0.10) AND orders_90 = 0 AND country IN ('United Kingdom', 'Ireland'), false) AS lapsing_champions,
        coalesce(big_90 >= 1, false) AS big_ticket,
        coalesce(web_90 >= 1, false) AS web_buyers,
        coalesce(app_90 >= 1, false) AS app_buyers,
        coalesce(store_365 >= 2, false) AS store_buyers,
        coalesce(web_90 >= 1 AND app_90 = 0, false) AS web_only,
        coalesce(channels = 3, false) AS omnichannel,
        coalesce(last_channel = 'web', false) AS last_by_web,
        coalesce(first_channel = 'app', false) AS first_by_app,
        coalesce(returns_365 >= 1, false) AS returners,
        coalesce(returns_365 >= 2 AND orders_365 >= 2, false) AS high_return,
        coalesce(orders_365 >= 1 AND returns_365 = 0, false) AS no_returns,
        coalesce(average_365 > 80, false) AS basket_high,
        coalesce(average_365 < 25, false) AS basket_low,
        coalesce(largest_365 >= 200, false) AS largest,
        coalesce(units_180 >= 10, false) AS bulk,
        coalesce(first_order > TIMESTAMP '2024-04-02', false) AS new_buyers,
        coalesce(first_order > TIMESTAMP '2023-12-04' AND orders_180 >= 2, false) AS new_and_back,
        coalesce(month_1 + month_2 + month_3 + month_4 >= 3, false) AS regular,
        coalesce(orders_120 = 0 AND orders_485 >= 1, false) AS stopped,
        coalesce(orders_60 >= 1 AND orders_240 - orders_60 = 0 AND orders - orders_240 >= 1, false) AS restarted,
        coalesce(last_order <= TIMESTAMP '2023-08-06', false) AS last_long_ago,
        coalesce(view_7 >= 1, false) AS viewers_week,
        coalesce(view_30 >= 5, false) AS viewers_month,
        coalesce(view_90 >= 20, false) AS viewers_quarter,
        coalesce(view_30 >= 5 AND orders_90 = 0, false) AS browsers,
        coalesce(cart_7 >= 1, false) AS carts_week,
        coalesce(cart_30 >= 2, false) AS carts_month,
        coalesce(cart_30 >= 1 AND orders_30 = 0, false) AS cart_no_order,
        coalesce(checkout_30 >= 1, false) AS checkout_month,
        coalesce(checkout_30 >= 1 AND orders_30 = 0, false) AS checkout_no_order,
        coalesce(search_30 >= 3, false) AS searchers,
        coalesce(search_7 >= 1 AND cart_7 = 0, false) AS search_week,
        coalesce(login_7 >= 1, false) AS active_week,
        coalesce(login_30 >= 3, false) AS active_month,
        coalesce(login_90 = 0 AND login >= 1, false) AS dormant,
        coalesce(login = 0, false) AS never_in,
        coalesce(open_30 >= 1, false) AS opened,
        coalesce(click_30 >= 1, false) AS clicked,
        coalesce(open_90 >= 2 AND click_90 = 0, false) AS open_no_click,
        coalesce(newsletter AND open_90 = 0, false) AS mail_dead,
        coalesce(review_365 >= 1, false) AS reviewers,
        coalesce(review >= 2, false) AS critics,
        coalesce(chat_30 >= 1, false) AS chatters,
        coalesce(chat_90 >= 1 AND returns_365 >= 1, false) AS troubled,
        coalesce(share_90 >= 1, false) AS sharers,
        coalesce(video_30 >= 1, false) AS watchers,
        coalesce(video_seconds_90 > 60, false) AS long_watchers,
        coalesce(wish_90 >= 1, false) AS wishers,
        coalesce(wish_30 >= 1 AND orders_30 = 0, false) AS wish_no_order,
        coalesce(view_shoes_30 >= 1, false) AS shoes,
        coalesce(view_bags_30 >= 1, false) AS bags,
        coalesce(view_garden_90 >= 2, false) AS garden,
        coalesce(view_shoes_30 >= 1 OR view_bags_30 >= 1, false) AS shoes_or_bags,
        coalesce(cart_lamps_30 >= 1, false) AS lamps_cart,
        coalesce(view_phone_30 >= 3, false) AS phone_views,
        coalesce(search_phone_30 >= 1, false) AS phone_search,
        coalesce(view_seconds_30 > 600, false) AS time_spent,
        coalesce(view_longest_90 >= 240, false) AS long_look,
        coalesce(view_pages_30 >= 4, false) AS wide,
        coalesce(view_60_30 >= 5 AND view_30 = 0, false) AS cooling,
        coalesce(events_90 >= 40, false) AS busy,
        coalesce(events_90 = 0, false) AS silent,
        coalesce(country = 'United Kingdom', false) AS british,
        coalesce(country IN ('Denmark', 'Sweden') AND plan <> 'free', false) AS nordic,
        coalesce(age BETWEEN 18 AND 29, false) AS young,
        coalesce(age IS NULL, false) AS age_unknown,
        coalesce(plan IN ('plus', 'team'), false) AS paying,
        coalesce(plan = 'free' AND login_30 >= 3, false) AS free_active,
        coalesce(plan = 'free' AND view_90 >= 20 AND orders_90 >= 1, false) AS upgrade,
        coalesce(balance >= 100, false) AS rich,
        coalesce(points_above < ceil(points_base * 0.05), false) AS points_top,
        coalesce(score > 0.7 OR score_above < ceil(score_base * 0.20), false) AS score_high,
        coalesce(joined_on > DATE '2024-03-03' AND joined_on <= DATE '2024-06-01', false) AS joined_lately,
        coalesce(joined_on < DATE '2019-01-01' AND orders_365 >= 1, false) AS old_hands,
        coalesce(bucket < '19999999999999a', false) AS test_group,
        coalesce(bucket < '800000000000000' AND orders_90 >= 1, false) AS tested_buyers,
        coalesce(cart_then_order.customer_id IS NOT NULL, false) AS cart_then_order,
        coalesce(abandoned.customer_id IS NOT NULL, false) AS abandoned,
        coalesce(funnel.customer_id IS NOT NULL, false) AS funnel
    FROM wide
    LEFT JOIN cart_then_order USING (customer_id)
    LEFT JOIN abandoned USING (customer_id)
    LEFT JOIN funnel USING (customer_id)
)
SELECT *,
    lapsing_champions AND NOT mail_dead AS winback,
    loyal AND top_tenth AND NOT returners AS best
FROM plain;
