"""Countries that files name: their ISO 3166 code and, where the country has only one, their time zone."""

from __future__ import annotations

from quell.exchange.words import plain

# A country of several zones has none here: then UTC is used and the report says so.
_COUNTRIES = """
AF Asia/Kabul Afghanistan 阿富汗
AR - Argentina 阿根廷
AT Europe/Vienna Austria 奥地利
AU - Australia 澳大利亚
BD Asia/Dhaka Bangladesh 孟加拉国
BE Europe/Brussels Belgium 比利时
BR - Brazil 巴西
CA - Canada 加拿大
CD - DRC,Democratic_Republic_of_the_Congo,DR_Congo,Zaire 刚果（金）
CH Europe/Zurich Switzerland 瑞士
CI Africa/Abidjan Ivory_Coast,Côte_d'Ivoire 科特迪瓦
CN Asia/Shanghai China,PRC,Mainland_China 中国
CZ Europe/Prague Czechia,Czech_Republic 捷克
DE Europe/Berlin Germany,Deutschland 德国
DK Europe/Copenhagen Denmark 丹麦
EG Africa/Cairo Egypt 埃及
ES - Spain,España 西班牙
ET Africa/Addis_Ababa Ethiopia 埃塞俄比亚
FI Europe/Helsinki Finland 芬兰
FR Europe/Paris France 法国
GB Europe/London UK,United_Kingdom,England,Great_Britain 英国
GH Africa/Accra Ghana 加纳
GN Africa/Conakry Guinea 几内亚
GR Europe/Athens Greece 希腊
HK Asia/Hong_Kong Hong_Kong 香港
ID - Indonesia 印度尼西亚
IE Europe/Dublin Ireland 爱尔兰
IL Asia/Jerusalem Israel 以色列
IN Asia/Kolkata India 印度
IR Asia/Tehran Iran 伊朗
IT Europe/Rome Italy 意大利
JO Asia/Amman Jordan 约旦
JP Asia/Tokyo Japan 日本
KE Africa/Nairobi Kenya 肯尼亚
KH Asia/Phnom_Penh Cambodia 柬埔寨
KR Asia/Seoul South_Korea,Korea,Republic_of_Korea,Korea_Republic_of 韩国
KZ - Kazakhstan 哈萨克斯坦
LK Asia/Colombo Sri_Lanka 斯里兰卡
LR Africa/Monrovia Liberia 利比里亚
MG Indian/Antananarivo Madagascar 马达加斯加
ML Africa/Bamako Mali 马里
MM Asia/Yangon Myanmar,Burma 缅甸
MN - Mongolia 蒙古
MO Asia/Macau Macau,Macao 澳门
MX - Mexico 墨西哥
MY Asia/Kuala_Lumpur Malaysia 马来西亚
NG Africa/Lagos Nigeria 尼日利亚
NL Europe/Amsterdam Netherlands 荷兰
NO Europe/Oslo Norway 挪威
NP Asia/Kathmandu Nepal 尼泊尔
NZ - New_Zealand 新西兰
PH Asia/Manila Philippines 菲律宾
PK Asia/Karachi Pakistan 巴基斯坦
PL Europe/Warsaw Poland 波兰
PT - Portugal 葡萄牙
QA Asia/Qatar Qatar 卡塔尔
RO Europe/Bucharest Romania 罗马尼亚
RU - Russia,Russian_Federation 俄罗斯
RW Africa/Kigali Rwanda 卢旺达
SA Asia/Riyadh Saudi_Arabia,KSA 沙特阿拉伯
SD Africa/Khartoum Sudan 苏丹
SE Europe/Stockholm Sweden 瑞典
SG Asia/Singapore Singapore 新加坡
SL Africa/Freetown Sierra_Leone 塞拉利昂
SN Africa/Dakar Senegal 塞内加尔
TH Asia/Bangkok Thailand 泰国
TR Europe/Istanbul Turkey,Türkiye 土耳其
TW Asia/Taipei Taiwan 台湾
TZ Africa/Dar_es_Salaam Tanzania 坦桑尼亚
UA Europe/Kyiv Ukraine 乌克兰
UG Africa/Kampala Uganda 乌干达
US - USA,United_States,United_States_of_America 美国
VN Asia/Ho_Chi_Minh Vietnam,Viet_Nam 越南
YE Asia/Aden Yemen 也门
ZA Africa/Johannesburg South_Africa 南非
"""


def _known() -> dict[str, tuple[str, str | None]]:
    known: dict[str, tuple[str, str | None]] = {}
    for line in _COUNTRIES.strip().splitlines():
        code, zone, names, chinese = line.split()
        for word in (code, chinese, *names.split(",")):
            known[plain(word)] = (code, None if zone == "-" else zone)
    return known


_KNOWN = _known()


def country(text: str) -> tuple[str, str | None] | None:
    """The ISO code and the one zone of a country by its name or code; None where the name is not known."""
    return _KNOWN.get(plain(text))
