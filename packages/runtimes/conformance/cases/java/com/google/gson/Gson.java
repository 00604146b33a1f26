package com.google.gson;

public final class Gson {
    public <T> T fromJson(String json, Class<T> type) throws Exception {
        T made = type.getConstructor().newInstance();
        ((JsonElement) made).text = json;
        return made;
    }
}
