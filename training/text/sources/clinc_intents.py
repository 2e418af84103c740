"""Says what each whole intent of the CLINC150 collection means in the catalogue."""

from __future__ import annotations

# Intents that no command of the catalogue covers, whatever the wording.
OUT_OF_SCOPE = frozenset(
    """
    oos translate transfer
    insurance_change travel_alert pto_request improve_credit_score fun_fact change_language payday
    replacement_card_duration time application_status flip_coin change_user_name oil_change_how restaurant_reservation
    confirm_reservation freeze_account rollover_401k who_made_you transactions rewards_balance pay_bill spending_history
    pto_request_status new_card lost_luggage travel_suggestion insurance change_speed apr nutrition_info uber calculator
    date carry_on pto_used travel_notification food_last cook_time ingredient_substitution change_accent calories
    damaged_card do_you_have_pets plug_type exchange_rate next_holiday who_do_you_work_for credit_limit how_busy
    accept_reservations order_status pin_change account_blocked international_fees ingredients_list report_fraud
    measurement_conversion book_hotel taxes min_payment international_visa vaccines pto_balance spelling reset_settings
    what_is_your_name direct_deposit interest_rate credit_limit_change book_flight bill_balance share_location
    redeem_rewards are_you_a_bot update_playlist cancel_reservation tell_joke change_ai_name car_rental meal_suggestion
    recipe income order order_checks card_declined definition flight_status where_are_you_from balance user_name
    timezone
    credit_score report_lost_card bill_due restaurant_reviews what_are_your_hobbies expiration_date jump_start
    meaning_of_life roll_dice gas_type how_old_are_you find_phone maybe sync_device w2 tire_change mpg thank_you goodbye
    greeting last_maintenance routing
    """.split()
)
# Wordings inside those intents that the catalogue does cover after all; such rows are left alone.
COVERED_AFTER_ALL = (
    r"\b(remind|directions?|navigate|nearest|closest|near|nearby|traffic|weather|radio|volume|temperature"
    r"|air condition|alarm|timer|locate|take me|on one tank|tank of|how far|last oil"
    r"|oil (had|refresh|change was|changed)|my oil|call|playing|text (him|her|them)|a text|check engine"
    r"|find (me )?(a|an|auto|repair|some))\b"
)

# Intents that are one slotless or fixed command; the pattern is what a row must contain, the second what it must not.
WHOLE: dict[str, tuple[str, dict[str, str], str, str]] = {
    "next_song": ("media.next", {}, r"\b(next|skip|forward|passed?|another|after)\b", r"\bprevious|last song\b"),
    "what_song": (
        "media.query_now_playing",
        {},
        r"\b(song|track|tune|singer|artist|playing|music|sings?|band|listening)\b",
        r"\b(album|release|year|written|wrote)\b",
    ),
    "tire_pressure": (
        "vehicle.query",
        {"what": "tire_pressure"},
        r"\b(tires?|tyres?|psi)\b",
        r"\b(should|how do i|how to|recommended|add|find|nearest|need to be)\b",
    ),
    "oil_change_when": (
        "vehicle.query",
        {"what": "oil"},
        r"\boil\b",
        (
            r"\b(how often|once|frequent|frame|many times|best way|where|typical|usually|average|how do i know"
            r"|people|your|seems|how long does)\b|\byou\b"
        ),
    ),
    "gas": (
        "vehicle.query",
        {"what": "fuel"},
        r"\b(gas|fuel|tank|gasoline)\b",
        (
            r"\b(get to|reach|make it|far|miles|take|needed|use|used|mpg|get me|drive|travel|go to|trip"
            r"|arrive|station)\b|do i need|enough .* to\b"
        ),
    ),
    "current_location": (
        "navigation.query_location",
        {},
        r"\b(where|location|gps|coordinates|position|whereabouts|address|place|map|lost|longitude)\b",
        r"\b(share|send|phone)\b",
    ),
    "repeat": (
        "assistant.repeat",
        {},
        r"\b(repeat(ed)?|again|say|said|once more|one more|another time|didn'?t|miss(ed)?|hear|catch|mention)\b",
        r"\b(song|message|text)\b",
    ),
    "yes": ("assistant.confirm", {}, r"\w", r"\b(not|no|but)\b"),
    "no": (
        "assistant.deny",
        {},
        r"\b(no|nope|nah|nay|negative|not|don'?t|never|negatory|false|wrong|incorrect)\b",
        r"\byes\b",
    ),
    "cancel": (
        "assistant.cancel",
        {},
        r"\b(cancel|stop|abort|quit|never ?mind|forget|halt|end|terminate|abandon|discontinue|drop|scratch|cease)\b",
        r"\b(talk|talking|speak|speaking|procedure|how|reservation|order|alarm|process for)\b",
    ),
    "what_can_i_ask_you": (
        "assistant.help",
        {},
        r"\b(what|which|anything|tell|list|how|things|help)\b",
        r"\byour name\b",
    ),
    "reminder": (
        "personal.query_events",
        {},
        r"\bremind(er|ers|ed|ing)?\b",
        r"\b(set up a|add|create|remember|today|tomorrow|tonight|week|monday|friday)\b",
    ),
    "shopping_list": ("personal.read_notes", {}, r"\blist\b", r"\b(add|remove|delete|put .* on|order)\b"),
    "todo_list": (
        "personal.read_notes",
        {},
        r"\b(to ?-?do|tasks?|chores?|list)\b",
        r"\b(add|remove|delete|put|reminders?|today|tomorrow|this|week|weekend|tonight)\b",
    ),
}
