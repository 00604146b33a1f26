package com.google.gson;

/** Stands for the library of users; has only the members that the shim uses. */
public abstract class JsonElement {
    protected String text;

    @Override
    public String toString() {
        return text;
    }
}
