package com.google.gson;

public final class JsonObject extends JsonElement {
    public void set(String json) {
        text = json;
    }
}
