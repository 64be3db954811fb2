"""What columns are called in the exports of shops, tills and accounts, in several languages."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

ROLES: dict[str, str] = {
    "customer": "who bought",
    "account": "organization that pays",
    "order": "number of the order, invoice or basket",
    "time": "when it was ordered",
    "product": "number of the product",
    "product_name": "what the product is called",
    "category": "category of the product",
    "quantity": "units",
    "price": "price of one unit",
    "amount": "net amount of the line",
    "discount": "discount on the line, as an amount",
    "cost": "cost of the goods of the line",
    "unit_cost": "cost of the goods of one unit",
    "currency": "currency of the amounts",
    "country": "country of the customer",
    "channel": "channel of the order",
    "status": "state of the order, such as paid or canceled",
    "part": "export or sheet the line stands in",
}
"""What a column of an order file may mean."""

_SYNONYMS: dict[str, str] = {
    "customer": """
        customer customer_id customerid cust cust_id custid cust_no custno customer_no customer_number
        customer_code customer_key customer_unique_id client client_id clientid client_no clientcode buyer
        buyer_id user user_id userid member member_id memberid account account_id accountid account_no account_number
        household household_id household_key hhid shopper shopper_id person_id contact_id party_id card_id
        cardholder loyalty_id loyalty_card patron_id subscriber_id visitor_id email customer_email e_mail
        email_address buyer_email kunde kunden_id kundennr kundennummer kunden_nr kundenid kunden_nummer
        debitor debitorennummer debitor_nr client_numero numero_client code_client id_client no_client ncli
        acheteur cliente id_cliente cliente_id codigo_cliente cod_cliente numero_cliente codice_cliente
        comprador klant klantnr klantnummer klant_id kund kundnr asiakas klient id_klienta kunde_id
        codigo_do_cliente""",
    "order": """
        order order_id orderid order_no orderno order_number ordernumber order_code order_key order_name
        invoice invoice_no invoiceno invoice_id invoiceid invoice_number invoicenumber basket basket_id
        basketid receipt receipt_no receipt_id receipt_number bill bill_no billno bill_number ticket_no
        ticket_id ticket transaction transaction_id transactionid transaction_no transaction_number trans_id
        transid trans_no txn_id txnid sale_id sales_id sales_order sales_order_number salesordernumber
        purchase_id booking_id document_no document_number doc_no voucher_no checkout_id cart_id po_number
        bestellung bestellnr bestellnummer bestell_nr bestell_id rechnung rechnungsnr rechnungsnummer
        rechnungs_nr auftrag auftragsnr auftragsnummer belegnr belegnummer beleg bon bonnummer bonnr
        commande numero_commande no_commande id_commande facture numero_facture no_facture id_facture pedido
        numero_pedido id_pedido num_pedido factura numero_factura id_factura ordine numero_ordine id_ordine
        fattura numero_fattura scontrino bestelling bestelnummer ordernummer factuurnummer faktura ordre
        fakturanr zamowienie nota_fiscal""",
    "time": """
        time date datetime timestamp ts order_date orderdate order_time order_datetime order_timestamp
        invoice_date invoicedate invoice_time invoice_datetime transaction_date transactiondate
        transaction_time transaction_timestamp transaction_datetime trans_date trans_time trans_timestamp
        purchase_date purchasedate purchase_time purchase_timestamp purchased_at order_purchase_timestamp
        ordered_at ordered_on sale_date sales_date saledate sold_at sold_on bill_date billing_date
        receipt_date booking_date created_at created createdat created_on created_date date_created
        date_time date_of_purchase purchase_day txn_date event_time event_date event_timestamp posting_date
        document_date day datum zeit zeitpunkt bestelldatum rechnungsdatum kaufdatum verkaufsdatum
        belegdatum auftragsdatum buchungsdatum bestellzeit date_commande date_facture date_achat
        date_de_commande date_vente fecha fecha_pedido fecha_factura fecha_compra fecha_venta data
        data_ordine data_fattura data_pedido data_compra besteldatum factuurdatum orderdatum dato ordredato
        pvm data_zamowienia paid_at processed_at""",
    "product": """
        product product_id productid product_no product_code productcode product_number product_key
        product_sku stock_code stockcode sku item item_id itemid item_no item_code item_number itemnumber
        article article_id article_no article_number upc ean gtin barcode asin isbn material material_no
        part_no variant_id variant_sku lineitem_sku line_item_sku artikel artikelnr artikelnummer artikel_nr
        artikel_id produkt produktnr produktnummer produkt_id produit id_produit code_produit reference
        ref_produit code_article producto id_producto codigo_producto cod_producto articulo prodotto
        id_prodotto codice_prodotto codice_articolo produto id_produto codigo_produto varenr varenummer
        tuote""",
    "product_name": """
        description product_name productname product_description product_title item_name itemname
        item_description title lineitem_name line_item_name article_name article_description product_desc
        item_desc desc bezeichnung artikelbezeichnung artikelname produktname beschreibung designation
        libelle nom_produit nom_du_produit descripcion nombre_producto descrizione nome_prodotto descricao
        nome_produto omschrijving productnaam beskrivelse""",
    "category": """
        category category_name product_category productcategory item_category category_id category_code
        product_group productgroup product_type producttype product_line productline department dept
        commodity kategorie warengruppe produktgruppe produktkategorie categorie famille rayon categoria
        categoria_producto familia categoria_prodotto productgroep""",
    "quantity": """
        quantity qty quant units unit_count units_sold quantity_sold qty_sold order_quantity orderqty
        order_qty item_quantity items_count number_of_items num_items number_of_cds cds pieces pcs count
        lineitem_quantity line_quantity volume menge anzahl stueck stuck stueckzahl bestellmenge quantite
        qte nombre cantidad cant unidades quantita qta quantidade qtd aantal antal maara ilosc
        number_of_units""",
    "price": """
        price unit_price unitprice price_per_unit item_price selling_price sales_price sale_price sell_price
        list_price unit_cost_price price_each priceeach retail_price lineitem_price line_item_price
        price_unit preis einzelpreis stueckpreis stuckpreis verkaufspreis vk_preis prix prix_unitaire
        prix_vente precio precio_unitario prezzo prezzo_unitario preco preco_unitario prijs stukprijs
        eenheidsprijs pris hinta cena""",
    "amount": """
        amount total total_amount totalamount total_price totalprice line_total linetotal line_amount
        net_amount netamount net net_total net_sales net_value net_revenue sales sales_amount salesamount
        sales_value sale_amount revenue turnover spend spent value order_value order_amount order_total
        ordervalue grand_total subtotal gross gross_amount gross_sales transaction_amount trans_amount
        tran_amount amount_paid payment payment_value paid dollar_value dollars usd_amount extended_price
        extendedprice extended_amount purchase_amount purchase_value purchase invoice_amount invoice_total
        bill_amount basket_value ticket_amount betrag umsatz gesamtbetrag gesamtpreis nettobetrag netto
        nettoumsatz bruttobetrag summe wert positionsbetrag warenwert bestellwert montant montant_total
        montant_ht montant_ttc total_ht total_ttc chiffre_affaires prix_total importe importe_total monto
        venta ventas valor valor_total importo totale importo_totale fatturato ricavo bedrag totaalbedrag
        omzet belob belopp summa kwota""",
    "discount": """
        discount discount_amount discountamount retail_disc coupon_disc coupon_match_disc disc
        discount_value line_discount lineitem_discount rebate rabatt rabattbetrag nachlass remise reduction
        montant_remise descuento importe_descuento sconto desconto korting""",
    "cost": """
        cost unit_cost_total cogs cost_of_goods cost_of_goods_sold cost_amount total_cost totalcost
        line_cost purchase_cost wareneinsatz kosten cout cout_achat costo coste costo_totale custo""",
    "unit_cost": """
        unit_cost unitcost cost_price costprice cost_per_unit cost_each item_cost product_cost standard_cost
        purchase_price einkaufspreis einstandspreis stueckkosten prix_achat prix_de_revient precio_coste
        prezzo_acquisto inkoopprijs kostprijs""",
    "currency": """
        currency currency_code currencycode curr ccy currency_iso waehrung wahrung waehrungscode devise
        monnaie moneda divisa valuta moeda""",
    "country": """
        country country_name countryname country_code countrycode ship_country shipping_country
        billing_country customer_country shipcountry region_country nation land lieferland kundenland pays
        pais paese nazione maa kraj""",
    "channel": """
        channel sales_channel saleschannel order_channel channel_name channel_id source_name order_source
        store_type kanal vertriebskanal verkaufskanal canal canal_vente canal_de_vente canal_venta canale
        verkoopkanaal""",
    "status": """
        status order_status orderstatus state_of_order financial_status payment_status fulfillment_state
        bestellstatus auftragsstatus statut etat statut_commande estado estado_pedido stato stato_ordine""",
    "part": """
        sheet sheet_name export export_file export_name source_file file file_name filename part tabelle
        tabellenblatt feuille hoja foglio""",
}


@lru_cache(maxsize=20_000)
def plain(name: str) -> str:
    """``name`` as lower-case words joined by underscores, without accents: ``Kunden-Nr.`` becomes ``kunden_nr``."""
    text = name.replace("ß", "ss").replace("№", "no")
    text = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text)
    for umlaut, letters in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("Ä", "ae"), ("Ö", "oe"), ("Ü", "ue")):
        text = text.replace(umlaut, letters)
    text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", text).strip("_")


EXACT: dict[str, dict[str, int]] = {
    role: {word.replace("_", ""): place for place, word in enumerate(words.split())}
    for role, words in _SYNONYMS.items()
}
"""For each role its names without underscores, the most usual first."""

_HEADS: dict[str, str] = {
    "customer": "customer client buyer member household shopper kunde kunden cliente klant",
    "order": "order invoice basket receipt transaction bestellung rechnung commande facture pedido",
    "time": "date time timestamp datetime datum fecha",
    "product": "product sku item article artikel produkt produit producto prodotto",
    "product_name": "description bezeichnung designation descripcion",
    "category": "category department kategorie categorie categoria",
    "quantity": "quantity qty menge anzahl quantite cantidad quantita units",
    "price": "price preis prix precio prezzo",
    "amount": "amount revenue total sales spend turnover betrag umsatz montant importe value",
    "discount": "discount disc rabatt remise descuento sconto",
    "cost": "cost cogs kosten",
    "unit_cost": "",
    "currency": "currency waehrung devise moneda valuta",
    "country": "country land pays pais paese",
    "channel": "channel kanal canal",
    "status": "status",
    "part": "sheet export",
}
_HEADWORDS = {role: frozenset(words.split()) for role, words in _HEADS.items()}


def name_score(role: str, column: str) -> float:
    """How well a column's name fits a role, from 0 (not at all) to 1 (the most usual name)."""
    words = plain(column)
    known = EXACT.get(role, {})
    place = known.get(words.replace("_", ""))
    if place is not None:
        return 1.0 - 0.2 * place / len(known)
    return 0.45 if _HEADWORDS.get(role, frozenset()) & set(words.split("_")) else 0.0
