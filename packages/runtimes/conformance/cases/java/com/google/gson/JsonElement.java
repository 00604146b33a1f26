package com.google.gson;

/** Stands for the library that users bring; has only what the shim touches. */
public abstract class JsonElement {
    protected String text;

    @Override
    public String toString() {
        return text;
    }
}
