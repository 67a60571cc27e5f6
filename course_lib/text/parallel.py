"""The same three sentences in languages of many scripts, written for this course, to see what each costs in tokens.

They were written to say the same, sentence by sentence, in words of every day. One text is a sample of one: it shows
how large differences are, not what a language costs on average.
"""

from course_lib.text.errors import TextError

PARALLEL: dict[str, tuple[str, str]] = {
    "English": (
        "Latin",
        "The river is wide today. My sister buys bread at the market and asks what it costs. Nobody knows how old the "
        "bridge is.",
    ),
    "German": (
        "Latin",
        "Der Fluss ist heute breit. Meine Schwester kauft auf dem Markt Brot und fragt, was es kostet. Niemand weiß, "
        "wie alt die Brücke ist.",
    ),
    "French": (
        "Latin",
        "Le fleuve est large aujourd'hui. Ma sœur achète du pain au marché et demande combien il coûte. Personne ne "
        "sait quel âge a le pont.",
    ),
    "Turkish": (
        "Latin",
        "Nehir bugün geniş. Kız kardeşim pazardan ekmek alıyor ve fiyatını soruyor. Köprünün kaç yaşında olduğunu "
        "kimse bilmiyor.",
    ),
    "Greek": (
        "Greek",
        "Το ποτάμι είναι πλατύ σήμερα. Η αδελφή μου αγοράζει ψωμί στην αγορά και ρωτάει πόσο κοστίζει. Κανείς δεν "
        "ξέρει πόσο παλιά είναι η γέφυρα.",
    ),
    "Russian": (
        "Cyrillic",
        "Река сегодня широкая. Моя сестра покупает хлеб на рынке и спрашивает, сколько он стоит. Никто не знает, "
        "сколько лет мосту.",
    ),
    "Hebrew": ("Hebrew", "הנהר רחב היום. אחותי קונה לחם בשוק ושואלת כמה הוא עולה. איש אינו יודע בן כמה הגשר."),
    "Arabic": ("Arabic", "النهر واسع اليوم. أختي تشتري الخبز من السوق وتسأل كم ثمنه. لا أحد يعرف كم عمر الجسر."),
    "Georgian": (
        "Georgian",
        "დღეს მდინარე განიერია. ჩემი და ბაზარში პურს ყიდულობს და კითხულობს, რა ღირს. არავინ იცის, რამდენი წლისაა ხიდი.",
    ),
    "Hindi": (
        "Devanagari",
        "आज नदी चौड़ी है। मेरी बहन बाज़ार में रोटी ख़रीदती है और पूछती है कि इसका दाम क्या है। कोई नहीं जानता कि पुल कितना पुराना है।",
    ),
    "Tamil": (
        "Tamil",
        "இன்று ஆறு அகலமாக இருக்கிறது. என் அக்கா சந்தையில் ரொட்டி வாங்கி அதன் விலை என்ன என்று கேட்கிறாள். பாலம் எவ்வளவு "
        "பழையது என்று யாருக்கும் தெரியாது.",
    ),
    "Thai": (
        "Thai",
        "วันนี้แม่น้ำกว้าง พี่สาวของฉันซื้อขนมปังที่ตลาดและถามว่าราคาเท่าไร ไม่มีใครรู้ว่าสะพานเก่าแค่ไหน",
    ),
    "Korean": (
        "Hangul",
        "오늘은 강이 넓다. 언니는 시장에서 빵을 사며 얼마인지 묻는다. 다리가 얼마나 오래되었는지 아무도 모른다.",
    ),
    "Japanese": (
        "Kana and Han",
        "今日は川が広い。姉は市場でパンを買い、いくらかと尋ねる。橋がどれほど古いか、だれも知らない。",
    ),
    "Chinese": ("Han", "今天河很宽。我姐姐在市场买面包，问它多少钱。没有人知道这座桥有多老。"),
}
"""Language → its script, and the sentences."""


def parallel_text(language: str) -> str:
    """The three sentences in a language.

    Args:
        language: Its English name.

    Raises:
        TextError: There is no such language here.

    Example:
        >>> parallel_text("Chinese")[:6]
        '今天河很宽。'
    """
    if language not in PARALLEL:
        raise TextError(f"there is no text in {language!r}: choose from {', '.join(PARALLEL)}")
    return PARALLEL[language][1]
