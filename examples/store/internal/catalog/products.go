package catalog

import "github.com/amazonpay-go/sdk/amazonpay"

// products is what the shop, a small coffee roaster, sells.
var products = []*Product{
	{
		SKU: "beans-house", Grams: 280,
		names:  texts{English: "House Blend, 250 g", Japanese: "ハウスブレンド 250g"},
		texts:  texts{English: "Chocolate and hazelnut, roasted on Tuesdays. Whole beans.", Japanese: "チョコレートとヘーゼルナッツの風味。毎週火曜日に焙煎した豆です。"},
		prices: prices("14.00", "12.90", "11.50", "1980"),
	},
	{
		SKU: "beans-ethiopia", Grams: 280,
		names:  texts{English: "Ethiopia Guji, 250 g", Japanese: "エチオピア グジ 250g"},
		texts:  texts{English: "Jasmine and apricot. A light roast for filter coffee.", Japanese: "ジャスミンとアプリコットの香り。フィルター向けの浅煎りです。"},
		prices: prices("17.50", "15.90", "14.00", "2380"),
	},
	{
		SKU: "beans-decaf", Grams: 280,
		names:  texts{English: "Evening Decaf, 250 g", Japanese: "イブニング・デカフェ 250g"},
		texts:  texts{English: "Decaffeinated with water alone. Caramel and plum.", Japanese: "水だけでカフェインを除きました。キャラメルとプラムの風味です。"},
		prices: prices("15.25", "13.95", "12.40", "2080"),
	},
	{
		SKU: "mug", Grams: 410,
		names:  texts{English: "Stoneware Mug", Japanese: "せっ器のマグカップ"},
		texts:  texts{English: "Holds 300 ml. Safe in the dishwasher.", Japanese: "容量300ml。食器洗い機で洗えます。"},
		prices: prices("18.00", "16.50", "14.95", "2480"),
	},
	{
		SKU: "dripper", Grams: 320,
		names:  texts{English: "Pour-over Dripper", Japanese: "コーヒードリッパー"},
		texts:  texts{English: "Porcelain, for one to four cups. Takes size 02 filters.", Japanese: "磁器製、1〜4杯用。02サイズのフィルターに対応します。"},
		prices: prices("24.00", "21.90", "19.50", "3280"),
	},
	{
		SKU: "filters", Grams: 140,
		names:  texts{English: "Paper Filters, 100", Japanese: "ペーパーフィルター 100枚"},
		texts:  texts{English: "Unbleached, size 02.", Japanese: "無漂白、02サイズです。"},
		prices: prices("6.99", "5.99", "5.49", "880"),
	},
	{
		SKU: "kettle", Grams: 1150,
		names:  texts{English: "Gooseneck Kettle", Japanese: "細口ケトル"},
		texts:  texts{English: "Stainless steel, 0.9 l, for every kind of stove.", Japanese: "ステンレス製、0.9L。すべてのコンロで使えます。"},
		prices: prices("59.00", "54.90", "48.00", "7980"),
	},
	{
		SKU: "grinder", Grams: 760,
		names:  texts{English: "Hand Grinder", Japanese: "手挽きコーヒーミル"},
		texts:  texts{English: "Steel burrs, 36 steps, from espresso to French press.", Japanese: "スチール刃、36段階。エスプレッソからフレンチプレスまで。"},
		prices: prices("89.00", "82.00", "72.50", "12800"),
	},
	{
		SKU: "scale", Grams: 540,
		names:  texts{English: "Coffee Scale", Japanese: "コーヒースケール"},
		texts:  texts{English: "Weighs to 0.1 g, with a timer.", Japanese: "0.1g単位で量れます。タイマー付き。"},
		prices: prices("39.95", "36.90", "32.00", "5480"),
	},
	{
		SKU:    "gift-card", // sent by e-mail
		names:  texts{English: "Gift Card", Japanese: "ギフトカード"},
		texts:  texts{English: "By e-mail, valid for three years.", Japanese: "メールでお届けします。有効期限は3年です。"},
		prices: prices("25.00", "25.00", "25.00", "3000"),
	},
	{
		SKU: "subscription", Billing: Monthly, Grams: 280,
		names:  texts{English: "Bean Subscription", Japanese: "コーヒー豆の定期便"},
		texts:  texts{English: "A new roast every month. Cancel at any time.", Japanese: "毎月、新しい焙煎の豆をお届けします。いつでも解約できます。"},
		prices: prices("16.00", "14.90", "13.00", "2200"),
	},
	{
		SKU: "donation", Billing: Donation,
		names:  texts{English: "Plant a Coffee Tree", Japanese: "コーヒーの木を植える寄付"},
		texts:  texts{English: "A donation to the growers' nursery in Huehuetenango.", Japanese: "ウエウエテナンゴの生産者の苗床への寄付です。"},
		prices: prices("5.00", "5.00", "5.00", "500"),
	},
}

type texts = map[Language]string

// prices returns a product's prices.
func prices(usd, eur, gbp, jpy amazonpay.Decimal) map[amazonpay.CurrencyCode]amazonpay.Decimal {
	return map[amazonpay.CurrencyCode]amazonpay.Decimal{amazonpay.USD: usd, amazonpay.EUR: eur, amazonpay.GBP: gbp, amazonpay.JPY: jpy}
}
