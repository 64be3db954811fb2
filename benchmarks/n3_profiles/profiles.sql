-- Written by hand for DuckDB: the same columns as segmentry's orders, purchase history, behavioral traits, monthly
-- sales and RFM scores, from one Parquet file of order lines. $lines, $last_day and $as_of are filled in by run_duckdb.py.

CREATE TABLE orders AS
SELECT source, order_id, party_key AS customer_id, currency,
    min(ordered_at) AS ordered_at, min(ordered_on) AS ordered_on, count(*) AS lines,
    count(DISTINCT product_id) AS products, sum(quantity)::DECIMAL(18, 4) AS units,
    sum(amount)::DECIMAL(18, 4) AS amount,
    coalesce(sum(-amount) FILTER (amount < 0), 0)::DECIMAL(18, 4) AS returned,
    sum(discount)::DECIMAL(18, 4) AS discount, sum(cost)::DECIMAL(18, 4) AS cost,
    min(channel) AS channel, min(country) AS country,
    sum(amount) > 0 AND bool_or(line_kind = 'sale') AS placed
FROM '$lines'
GROUP BY ALL;

CREATE TABLE customers AS
SELECT customer_id, min(source) AS source, min(ordered_at) AS known_since, arg_max(country, (ordered_at, order_id)) AS country
FROM orders
GROUP BY ALL;

CREATE TABLE customer_days AS
SELECT customer_id, ordered_on AS day, count(*) FILTER (placed) AS orders,
    coalesce(sum(amount) FILTER (placed), 0)::DECIMAL(18, 4) AS placed_amount,
    sum(amount)::DECIMAL(18, 4) AS net_amount
FROM orders
WHERE ordered_on <= DATE '$last_day'
GROUP BY ALL;

CREATE TABLE purchase_history AS
WITH totals AS (
    SELECT customer_id, min(day) FILTER (orders > 0) AS first_on, max(day) FILTER (orders > 0) AS last_on,
        sum(orders)::BIGINT AS orders, count(*) FILTER (orders > 0) AS purchase_days,
        sum(net_amount)::DECIMAL(18, 4) AS spend, sum(placed_amount)::DECIMAL(18, 4) AS placed_amount,
        arg_min(placed_amount, day) FILTER (orders > 0) AS first_amount
    FROM customer_days
    GROUP BY ALL
    HAVING sum(orders) > 0
), gaps AS (
    SELECT customer_id, arg_max(gap, day) AS last_gap, stddev_pop(gap::DOUBLE) AS gap_deviation
    FROM (
        SELECT customer_id, day, day - lag(day) OVER (PARTITION BY customer_id ORDER BY day) AS gap
        FROM customer_days
        WHERE orders > 0
    )
    GROUP BY ALL
)
SELECT customer_id, first_on, last_on, orders, purchase_days, purchase_days - 1 AS frequency,
    (last_on - first_on)::BIGINT AS recency_age, (DATE '$last_day' - first_on)::BIGINT AS age,
    (DATE '$last_day' - last_on)::BIGINT AS days_since_last, spend, placed_amount,
    CASE WHEN purchase_days > 1 THEN (placed_amount - first_amount)::DOUBLE / (purchase_days - 1) END AS repeat_spend,
    last_gap, gap_deviation, 'GBP' AS currency
FROM totals
LEFT JOIN gaps USING (customer_id);

CREATE TABLE monthly_sales AS
WITH new_customers AS (
    SELECT date_trunc('month', first_on) AS month, count(*) AS new_customers FROM purchase_history GROUP BY ALL
)
SELECT date_trunc('month', day) AS month, sum(orders)::BIGINT AS orders,
    count(DISTINCT customer_id) FILTER (orders > 0) AS customers, sum(net_amount)::DECIMAL(18, 4) AS revenue,
    coalesce(any_value(new_customers), 0) AS new_customers
FROM customer_days
LEFT JOIN new_customers ON new_customers.month = date_trunc('month', day)
GROUP BY ALL;

CREATE TABLE order_traits AS
SELECT customer_id,
    avg(lines) FILTER (placed) AS mean_basket_lines, avg(products) FILTER (placed) AS mean_basket_products,
    sum(units) FILTER (placed)::DOUBLE / count(*) FILTER (placed) AS mean_basket_units,
    max(amount) FILTER (placed)::DOUBLE AS largest_order,
    count(*) FILTER (placed AND products <= 2) / count(*) FILTER (placed) AS small_basket_share,
    coalesce(sum(discount) FILTER (placed)::DOUBLE, 0)
        / nullif(sum(amount + returned + coalesce(discount, 0)) FILTER (placed)::DOUBLE, 0) AS discount_share,
    count(*) FILTER (placed AND discount > 0) / count(*) FILTER (placed) AS discounted_order_share,
    count(*) FILTER (returned > 0) AS return_orders,
    sum(returned)::DOUBLE / nullif(sum(amount + returned) FILTER (placed)::DOUBLE, 0) AS return_rate,
    count(DISTINCT channel) FILTER (placed) AS channels_used,
    count(*) FILTER (placed AND isodow(ordered_on) >= 6) / count(*) FILTER (placed) AS weekend_share,
    count(*) FILTER (placed AND month(ordered_on) IN (11, 12)) / count(*) FILTER (placed) AS gift_season_share,
    bit_count(coalesce(bit_or(1 << quarter(ordered_on)) FILTER (placed), 0)) AS seasons_active,
    count(DISTINCT date_trunc('month', ordered_on)) FILTER (placed) AS active_months
FROM orders
WHERE ordered_on <= DATE '$last_day'
GROUP BY ALL;

CREATE TABLE channel_traits AS
SELECT customer_id, arg_max(channel, (times, channel)) AS main_channel, max(times) / sum(times) AS main_channel_share
FROM (
    SELECT customer_id, channel, count(*) AS times
    FROM orders
    WHERE placed AND channel IS NOT NULL AND ordered_on <= DATE '$last_day'
    GROUP BY ALL
)
GROUP BY ALL;

CREATE TABLE product_traits AS
WITH bought AS (
    SELECT party_key AS customer_id, product_id, ordered_on, sum(amount) AS amount, sum(quantity) AS units
    FROM '$lines'
    WHERE line_kind = 'sale' AND product_id IS NOT NULL AND quantity > 0 AND ordered_on <= DATE '$last_day'
    GROUP BY ALL
), own AS (
    SELECT customer_id, product_id, count(*) AS days, sum(amount)::DOUBLE AS amount, sum(units)::DOUBLE AS units
    FROM bought
    GROUP BY ALL
), everybody AS (
    SELECT product_id, sum(amount) / sum(units) AS list FROM own GROUP BY ALL
)
SELECT customer_id, count(*) AS products_bought, (sum(days) - count(*)) / sum(days) AS repertoire_share,
    sum(amount) / nullif(sum(units * list), 0) AS price_index
FROM own
JOIN everybody USING (product_id)
GROUP BY ALL;

CREATE TABLE favorite_traits AS
WITH own AS (
    SELECT party_key AS customer_id, category, sum(amount) AS amount
    FROM '$lines'
    WHERE line_kind = 'sale' AND category IS NOT NULL AND ordered_on <= DATE '$last_day'
    GROUP BY ALL
), base AS (
    SELECT category, sum(amount) / sum(sum(amount)) OVER () AS share FROM own GROUP BY ALL
), best AS (
    SELECT customer_id, arg_max(category, (amount, category)) AS favorite_category,
        max(amount)::DOUBLE / nullif(sum(amount)::DOUBLE, 0) AS favorite_category_share
    FROM own
    GROUP BY ALL
)
SELECT customer_id, favorite_category, favorite_category_share,
    favorite_category_share / nullif(share, 0) * 100 AS category_affinity
FROM best
JOIN base ON favorite_category = category;

CREATE TABLE behavioral_traits AS
WITH known AS (
    SELECT sum(recency_age)::DOUBLE / nullif(sum(frequency), 0) AS mean_gap, sum(orders) AS orders FROM purchase_history
), rated AS (
    SELECT purchase_history.*, known.orders AS all_orders, frequency * 30.0::DOUBLE / greatest(age, 30) AS usage_rate,
        ((recency_age + mean_gap) / (recency_age + mean_gap + days_since_last)) ** (frequency + 1) AS silence,
        ((recency_age - last_gap + mean_gap) / (recency_age + mean_gap)) ** frequency AS broke
    FROM purchase_history, known
), ranked AS (
    SELECT *, rank() OVER (ORDER BY usage_rate) - 1 AS below, count(*) OVER () AS users FROM rated
)
SELECT customers.customer_id, days_since_last, orders, purchase_days, spend,
    first_on AS first_order_on, last_on AS last_order_on, age AS tenure_days, strftime(first_on, '%Y-%m') AS cohort,
    placed_amount::DOUBLE / orders AS mean_order_value, recency_age / nullif(frequency, 0) AS mean_gap_days, usage_rate,
    CASE WHEN below IS NULL THEN NULL WHEN below * 3 < users THEN 'light' WHEN below * 3 < users * 2 THEN 'medium'
        ELSE 'heavy' END AS usage_band,
    CASE WHEN ranked.customer_id IS NULL THEN 'non_user' WHEN silence < 0.05 THEN 'lapsed'
        WHEN silence < 0.20 THEN 'lapsing' WHEN frequency = 0 THEN 'first_time' WHEN broke < 0.05 THEN 'reactivated'
        ELSE 'regular' END AS user_status,
    silence AS silence_probability, frequency > 0 AS repeat_buyer, orders / all_orders AS share_of_orders,
    order_traits.* EXCLUDE (customer_id), channel_traits.* EXCLUDE (customer_id),
    product_traits.* EXCLUDE (customer_id), favorite_traits.* EXCLUDE (customer_id)
FROM customers
LEFT JOIN ranked USING (customer_id)
LEFT JOIN order_traits ON order_traits.customer_id = ranked.customer_id
LEFT JOIN channel_traits ON channel_traits.customer_id = ranked.customer_id
LEFT JOIN product_traits ON product_traits.customer_id = ranked.customer_id
LEFT JOIN favorite_traits ON favorite_traits.customer_id = ranked.customer_id
WHERE known_since IS NULL OR known_since <= TIMESTAMP '$as_of';

CREATE TABLE rfm_scores AS
WITH banded AS (
    SELECT customer_id, frequency, spend,
        5 - (rank() OVER (ORDER BY days_since_last) - 1) * 5 // count(*) OVER () AS recency_score,
        (rank() OVER (ORDER BY frequency) - 1) * 5 // count(*) OVER () + 1 AS frequency_score,
        (rank() OVER (ORDER BY spend) - 1) * 5 // count(*) OVER () + 1 AS monetary_score
    FROM purchase_history
), inside AS (
    SELECT *, (rank() OVER by_frequency - 1) * 5 // count(*) OVER (PARTITION BY recency_score) + 1 AS nested_frequency_score
    FROM banded
    WINDOW by_frequency AS (PARTITION BY recency_score ORDER BY frequency)
), scored AS (
    SELECT *, (rank() OVER by_spend - 1) * 5
        // count(*) OVER (PARTITION BY recency_score, nested_frequency_score) + 1 AS nested_monetary_score
    FROM inside
    WINDOW by_spend AS (PARTITION BY recency_score, nested_frequency_score ORDER BY spend)
)
SELECT customer_id, recency_score, frequency_score, monetary_score, nested_frequency_score, nested_monetary_score,
    concat(recency_score, frequency_score, monetary_score) AS rfm,
    concat(recency_score, nested_frequency_score, nested_monetary_score) AS rfm_nested
FROM scored;
