template lib/other;
