package demo

// What people and things are called. No real person is meant.
var (
	familyNames = []string{"佐藤", "鈴木", "高橋", "田中", "伊藤", "渡辺", "山本", "中村", "小林", "加藤", "吉田", "山田", "斎藤", "髙木", "渡邉", "五十嵐"}
	familyKana  = []string{"サトウ", "スズキ", "タカハシ", "タナカ", "イトウ", "ワタナベ", "ヤマモト", "ナカムラ", "コバヤシ", "カトウ", "ヨシダ", "ヤマダ", "サイトウ", "タカギ", "ワタナベ", "イガラシ"}
	givenNames  = []string{"陽翔", "蓮", "湊", "葵", "結衣", "凛", "さくら", "ひなた", "大翔", "悠真", "美咲", "楓", "ルイ", "エマ", "健", "恵子"}
	givenKana   = []string{"ハルト", "レン", "ミナト", "アオイ", "ユイ", "リン", "サクラ", "ヒナタ", "ヒロト", "ユウマ", "ミサキ", "カエデ", "ルイ", "エマ", "ケン", "ケイコ"}
	nicknames   = []string{
		"さくら🌸", "たろう", "数学だいすき", "  空白さん  ", "   ", "👨‍👩‍👧‍👦ファミリー", "O'Brien", "カンマ,くん", "引用\"符\"", "改行\nさん",
		"ｱﾆﾒ", "Émile", "🚀🚀🚀", "名無し", "NULL", "がんばる　まめ", "Σ(ﾟДﾟ)", "tab\tさん", "ねこ🐈‍⬛", "受験生2027",
	}
	channels   = []string{"organic", "organic", "search_ad", "social", "referral", "school", "tv", "TV", "Social", ""}
	stages     = []string{"lead", "customer", "customer", "customer", "dormant", "lost"}
	colleagues = []string{"営業 佐々木", "CS 松本", "CS 井上", "inside-sales"}
	grades     = []struct {
		code, name, stage string
	}{
		{"E1", "小学1年", "elementary"}, {"E2", "小学2年", "elementary"}, {"E3", "小学3年", "elementary"},
		{"E4", "小学4年", "elementary"}, {"E5", "小学5年", "elementary"}, {"E6", "小学6年", "elementary"},
		{"J1", "中学1年", "junior_high"}, {"J2", "中学2年", "junior_high"}, {"J3", "中学3年", "junior_high"},
		{"H1", "高校1年", "high"}, {"H2", "高校2年", "high"}, {"H3", "高校3年", "high"}, {"AD", "社会人", "adult"},
	}
	prefectures = []struct{ name, region string }{
		{"北海道", "北海道"}, {"青森県", "東北"}, {"岩手県", "東北"}, {"宮城県", "東北"}, {"秋田県", "東北"}, {"山形県", "東北"}, {"福島県", "東北"},
		{"茨城県", "関東"}, {"栃木県", "関東"}, {"群馬県", "関東"}, {"埼玉県", "関東"}, {"千葉県", "関東"}, {"東京都", "関東"}, {"神奈川県", "関東"},
		{"新潟県", "中部"}, {"富山県", "中部"}, {"石川県", "中部"}, {"福井県", "中部"}, {"山梨県", "中部"}, {"長野県", "中部"}, {"岐阜県", "中部"}, {"静岡県", "中部"}, {"愛知県", "中部"},
		{"三重県", "近畿"}, {"滋賀県", "近畿"}, {"京都府", "近畿"}, {"大阪府", "近畿"}, {"兵庫県", "近畿"}, {"奈良県", "近畿"}, {"和歌山県", "近畿"},
		{"鳥取県", "中国"}, {"島根県", "中国"}, {"岡山県", "中国"}, {"広島県", "中国"}, {"山口県", "中国"},
		{"徳島県", "四国"}, {"香川県", "四国"}, {"愛媛県", "四国"}, {"高知県", "四国"},
		{"福岡県", "九州"}, {"佐賀県", "九州"}, {"長崎県", "九州"}, {"熊本県", "九州"}, {"大分県", "九州"}, {"宮崎県", "九州"}, {"鹿児島県", "九州"}, {"沖縄県", "九州"},
	}
	subjects   = []string{"数学", "英語", "国語", "理科", "社会", "プログラミング"}
	levels     = []string{"基礎", "標準", "応用", "難関"}
	userAgents = []string{
		"Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) Manabi/8.2",
		"Mozilla/5.0 (iPad; CPU OS 19_0 like Mac OS X) Manabi/8.1",
		"Mozilla/5.0 (Linux; Android 16; Pixel 10) Manabi/8.2",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/142.0",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari/605.1",
	}
	botAgents       = []string{"Googlebot/2.1 (+http://www.google.com/bot.html)", "ExampleSpider/1.0", "uptime-CRAWLER"}
	systems         = []string{"iOS", "iOS", "Android", "Windows", "macOS"}
	platforms       = []string{"IOS", "IOS", "ANDROID", "WEB", "WEB"}
	publishers      = []string{"学びの森出版", " 学びの森出版", "ひかり書房", "Blue Ocean Press"}
	ticketKinds     = []string{"billing", "login", "content", "app", ""}
	ticketTags      = []string{"refund", "bug", "angry", "parent", "新規", "ios"}
	ratingComments  = []string{"わかりやすい！", "", "少し速い 🙃", "最高です👏👏", "音が小さい", "  ", "Great explanation, but the \"quiz\" is hard", "もう一度見たい\nです"}
	errorCodes      = []string{"E_TIMEOUT", "E_DB_DEADLOCK", "E_PAYMENT_GATEWAY", "E_NOT_FOUND", "E_INTERNAL"}
	errorServices   = []string{"api", "player", "billing", "auth"}
	announceTitles  = []string{"冬期講習のお知らせ ❄️", "メンテナンス", "新コース「データ分析」公開", "利用規約の改定", "春のキャンペーン🌸"}
	cancelReasons   = []string{"price", "no_time", "goal_reached", "other", "moved_to_school"}
	refundReasons   = []string{"duplicate", "dissatisfied", "mistake"}
	paymentMethods  = []string{"card", "card", "card", "convenience_store", "carrier"}
	cardBrands      = []string{"VISA", "Mastercard", "JCB", "AMEX"}
	requestPaths    = []string{"/api/lessons/%d", "/api/lessons/%d/progress", "/api/members/%d", "/search?q=%d&page=1", "/api/quizzes/%d/answers", "/"}
	requestMethods  = []string{"GET", "POST", "GET", "get", "POST", "GET"}
	adMedia         = []string{"search", "display", "video"}
	organizations   = []string{"学びの森出版", "まなび編集部", ""}
	documentTags    = []string{"exam", "動画", "入門", "復習", "algebra", "リスニング"}
	sectionKinds    = []string{"video", "exercise", "text"}
	schoolKinds     = []string{"elementary", "junior_high", "high", "cram"}
	schoolNames     = []string{"第一小学校", "中央中学校", "東高等学校", "みらい塾"}
	screenNames     = []string{"home", "course", "lesson", "quiz", "ranking"}
	contactSegments = []string{"小学生", "中学生", "高校生", "社会人"}
)
